"""Factur-X: the structured invoice inside the printed one, and the check of any such file.

`invoice_xml` states facts as EN 16931 in CII syntax, `xmp` describes the hybrid file, `validation` reads a file back and
runs the European and French rules on it.
"""
