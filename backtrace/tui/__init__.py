"""The stepping app: holds a position in a walk and shows what stands there; the only door to textual."""
