"""Configuration: YAML files, then environment, into one frozen typed object.

The only home of yaml besides the reader of YAML records. Only bootstrap and entrypoints see
settings; everything else gets plain values.
"""
