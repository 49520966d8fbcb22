"""Tables that rules enclose: a grid of edges becomes cells with spans."""
