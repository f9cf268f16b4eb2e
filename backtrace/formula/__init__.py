"""The formula language: one small tree and the walks over it; it knows nothing of networks."""

from backtrace.formula import operations as operations  # fills the table that the nodes look operations up in
