"""Figures: pictures, drawings and regions, with their captions and labels."""
