"""The room of the web page; it is built on the HTTP door and knows no other way in."""
