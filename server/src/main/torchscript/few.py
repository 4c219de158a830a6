# Products of a few rows with packed weights and attention of single tokens, by our own machine code (kernel/RowProducts, kernel/RowAttention).


def few(self, x: Tensor, w: Tensor, most: int) -> bool:
    return x.size(0) <= most and x.size(1) % 32 == 0 and w.size(0) % 64 == 0


def few_rows(self, x: Tensor, w: Tensor, onto: Tensor) -> Tensor:
    # x [T, in], onto [T, out] or empty -> onto + w x
    y = torch.empty([x.size(0), w.size(0)], dtype=x.dtype)
    ops.piecewise.rows(x.contiguous(), w, onto.contiguous(), y, x.size(0), x.size(1), w.size(0))
    return y


def attend_alone(self, q: Tensor, keys: Tensor, values: Tensor, table: Tensor, alone: List[int], window: int) -> Tensor:
    # the first tokens of q [T, heads, head_dim], whose rows lie as project_heads() leaves them -> [tokens, heads * head_dim]; alone = [items in the table, tokens, places of the longest]
    y = torch.empty([alone[1], q.size(1) * q.size(2)], dtype=q.dtype)
    ops.piecewise.attend(q, keys, values, table, y, alone[0], q.size(1), keys.size(1), q.size(2), window, alone[2])
    return y


def few_rows_differ(self, w: Tensor, most: int) -> Tensor:
    # [1] in how many numbers the products of one to so many rows differ from oneDNN's of 16, with something added and without
    x = torch.sin(torch.arange(16 * w.size(1), dtype=6)).view([16, w.size(1)]).to(15)
    onto = torch.cos(torch.arange(16 * w.size(0), dtype=6)).view([16, w.size(0)]).to(15)
    none = annotate(Optional[Tensor], None)
    alone = ops.mkldnn._linear_pointwise(x, w, none, "none", [], "")
    added = ops.mkldnn._linear_pointwise(x, onto, w, none, "add")
    differ = torch.zeros([1], dtype=6)
    for rows in [1, 2, 3, most]:
        few = x.narrow(0, 0, rows)
        differ += torch.sum(torch.ne(self.few_rows(few, w, torch.empty([0], dtype=15)), alone.narrow(0, 0, rows)))
        differ += torch.sum(torch.ne(self.few_rows(few, w, onto.narrow(0, 0, rows)), added.narrow(0, 0, rows)))
    return differ
