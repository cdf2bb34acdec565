"""Bills of quantities: workbooks and tables of other people in, lines with their problems out, and back again."""
