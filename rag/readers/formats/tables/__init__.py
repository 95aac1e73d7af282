"""Tables of every kind: lines of text, sheets of a workbook, files of columns, saved web pages. A module each."""
