"""The output `searchable`: a document with its text laid invisibly on its pages."""
