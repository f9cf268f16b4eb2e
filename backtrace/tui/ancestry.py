"""Where a number comes from, as a tree to walk: the quantities that its formula reads, theirs in turn, and so on."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.formula.writing import Language
from backtrace.lesson.lineage import MOST_PARENTS, Ancestor, ancestor, parents
from backtrace.lesson.walk import Stop, Walk

_INDENT = 3


class Ancestry(ModalScreen[int | None]):
    """Opens the entries of the stop's line; ends with the number of the stop to go to, or with None."""

    DEFAULT_CSS = """
    Ancestry { align: center middle; }
    Ancestry > Vertical { width: 96%; height: 90%; background: $panel; border: heavy $accent;
                          border-title-color: $foreground; border-title-style: bold; padding: 0 1; }
    Ancestry Tree { height: 1fr; background: $panel; overflow-x: hidden; }
    Ancestry Static { height: auto; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,w,q", "leave", "back"), ("right", "open", "open"), ("left", "close", "close"),
    ]  # fmt: skip

    def __init__(self, walk: Walk, stop: Stop, language: Language) -> None:
        super().__init__()
        self.walk, self.stop, self.language = walk, stop, language

    def compose(self) -> ComposeResult:
        """The tree, and what to press."""
        with Vertical() as panel:
            panel.border_title = "Where from?"
            tree: Tree[Ancestor] = Tree("")
            tree.show_root, tree.auto_expand, tree.guide_depth = False, False, _INDENT
            yield tree
            yield Static("", id="derivation", markup=False)
            yield Static("right: where that comes from   left: close   Enter: go to its step   Escape: back")

    def on_mount(self) -> None:
        """Plant an entry of the line for each tree, the first one open."""
        assert self.stop.equation is not None
        tree = self.roots
        target = self.stop.equation.target
        for index in indices(target.shape)[:MOST_PARENTS]:
            self.plant(tree.root, ancestor(self.walk, Var(target.name, (), index=index or None), self.stop))
        tree.root.expand()
        if tree.root.children:
            self.open(tree.root.children[0])
        tree.cursor_line = 0
        tree.focus()

    @property
    def roots(self) -> Tree[Ancestor]:
        """The tree."""
        return self.query_one(Tree)

    def plant(self, below: TreeNode[Ancestor], each: Ancestor) -> None:
        """Add an entry under one that reads it."""
        depth, node = 1, below
        while node.parent is not None:
            depth, node = depth + 1, node.parent
        room = self.roots.size.width - depth * _INDENT
        label = Content(self.label(each))
        label = label.truncate(room, ellipsis=True) if room > 0 else label
        below.add(label.markup, each, allow_expand=each.derivation is not None)

    def label(self, each: Ancestor) -> str:
        """Name and value of an entry, where it was worked, and its derivation on one line."""
        where = "not kept" if each.stop is None else f"step {each.stop.number:,}" if each.derivation else "given"
        name, value = (part.linear(self.language) for part in (each.name, each.value))
        return f"{name}  {value}   {where}   {self.derivation(each)}".rstrip()

    def derivation(self, each: Ancestor) -> str:
        """Formula, numbers put in and value of an entry that is worked, on one line."""
        return each.derivation.linear(self.language) if each.derivation else ""

    def open(self, node: TreeNode[Ancestor]) -> None:
        """Show what the node's formula reads; it is worked out when it is first opened."""
        if node.data is not None and not node.children:
            for each in parents(self.walk, node.data):
                self.plant(node, each)
        node.expand()

    def action_open(self) -> None:
        """Open the node under the cursor, or go into it where it is open."""
        node = self.roots.cursor_node
        if node is None:
            return
        if node.is_expanded and node.children:
            self.roots.move_cursor(node.children[0])
        elif node.allow_expand:
            self.open(node)

    def action_close(self) -> None:
        """Close the node under the cursor, or go to the one that reads it."""
        node = self.roots.cursor_node
        if node is None:
            return
        if node.is_expanded and node.children:
            node.collapse()
        elif node.parent is not None and node.parent is not self.roots.root:
            self.roots.move_cursor(node.parent)

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Ancestor]) -> None:
        """A click on the arrow opens a node like a key."""
        if event.node is not self.roots.root:
            self.open(event.node)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Ancestor]) -> None:
        """Show below the tree the whole derivation of the node, which its line may be too short for."""
        said = self.derivation(event.node.data) if event.node.data is not None else ""
        self.query_one("#derivation", Static).update(Content(said))

    def on_tree_node_selected(self, event: Tree.NodeSelected[Ancestor]) -> None:
        """Go to the step of the node."""
        if event.node.data is not None and event.node.data.stop is not None:
            self.dismiss(event.node.data.stop.number)

    def action_leave(self) -> None:
        """End without going anywhere."""
        self.dismiss(None)
