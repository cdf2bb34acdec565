"""What the templates of approvals need beyond those of every room."""
