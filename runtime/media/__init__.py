"""Files: what customers send and what agents send them, in our own keeping.

seam      `MediaStore`, what it keeps, and why a file may be refused
types     which types are taken for which kind, which are shown, and which are dangerous
intake    a stream of bytes is checked on its way into the store
serving   a file as an HTTP answer, whole or in part
links     URLs, signed and expiring, under which providers fetch our files
"""
