"""What users and programs can do, one module a use case.

Each operation is authorised and audited here.
"""
