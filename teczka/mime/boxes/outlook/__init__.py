"""Outlook's .msg files: a tree of properties (MS-OXMSG) in a compound file (MS-CFB), made into a message of RFC 5322."""
