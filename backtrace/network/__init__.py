"""What a network is made of: activations, losses and optimizers, one row or one function per variant."""
