# What our own machine code computes (kernel/): products of a few rows with packed weights, attention of single tokens, and the small steps between products.


def few(self, x: Tensor, w: Tensor, scale: Tensor, most: int) -> bool:
    if scale.numel() == 0:
        return x.size(0) <= most and x.size(1) % 32 == 0 and w.size(0) % 64 == 0
    return x.size(0) <= most and x.size(1) % 64 == 0 and scale.numel() % 64 == 0


def few_rows(self, x: Tensor, w: Tensor, scale: Tensor, bias: Tensor, onto: Tensor) -> Tensor:
    # x [T, in], scale [out] if w is int8, onto [T, out] or empty -> onto + w x + bias
    return ops.piecewise.rows(x, w, scale, bias, onto)


def norm_rows(self, x: Tensor, gain: Tensor, eps: Tensor) -> Tensor:
    # x [T, width] -> RMSNorm of it
    return ops.piecewise.norm(x, gain, eps)


def place(self, qkv: Tensor, cos: Tensor, sin: Tensor, keys: Tensor, values: Tensor, places: Tensor, q_gain: Tensor, k_gain: Tensor, eps: Tensor, heads: int) -> int:
    # normes (Qwen3) and turns queries where they stand, and keys, which go to their places in the arena with the values
    ops.piecewise.place(qkv, cos, sin, keys, values, places, q_gain, k_gain, eps, heads)
    return 0


def gate(self, x: Tensor) -> Tensor:
    # x [T, 2 * units] -> silu of the first half times the second
    return ops.piecewise.gate(x)


def attend_alone(self, qkv: Tensor, keys: Tensor, values: Tensor, table: Tensor, alone: List[int], heads: int, window: int) -> Tensor:
    # the first tokens of qkv as place() leaves them -> [tokens, heads * head_dim]; alone = [items in the table, tokens, places of the longest]
    return ops.piecewise.attend(qkv, keys, values, table, alone[0], alone[1], heads, window, alone[2])


def layers_alone(self, x: Tensor, cos: Tensor, sin: Tensor, places: Tensor, table: Tensor, alone: List[int], own: List[int]) -> Tensor:
    # x [tokens, hidden] through all layers
    return ops.piecewise.layers(x, cos, sin, places, table, alone[0], alone[2], own[0])


def adapt(self, onto: Tensor, x: Tensor, layer: int, group: int, outputs: int, own: List[int]) -> Tensor:
    # onto [T, outputs] or empty -> the same and what StepUpdates add; empty if there is nothing
    return ops.piecewise.adapt(onto, x, layer, group, outputs, own[1])


def addresses(self, tensors: List[Tensor]) -> Tensor:
    # where the numbers of each begin, 0 if it has none
    found = annotate(List[int], [])
    for i in range(len(tensors)):
        torch.append(found, ops.piecewise.address(tensors[i]))
    return torch.tensor(found, dtype=4)


def few_rows_differ(self, w: Tensor, scale: Tensor, inputs: int, outputs: int, most: int) -> Tensor:
    # [1] in how many numbers the products of one to so many rows differ from oneDNN's, alone and with a bias and something else added
    x = torch.sin(torch.arange(most * inputs, dtype=6)).view([most, inputs]).to(15)
    onto = torch.cos(torch.arange(most * outputs, dtype=6)).view([most, outputs]).to(15)
    bias = torch.cos(torch.arange(outputs, dtype=6)).to(15)
    none = torch.empty([0], dtype=15)
    alone = self.linear_laid_out(x, w, scale, none, 16, none)
    added = self.linear_laid_out(x, w, scale, bias, 16, onto)
    differ = torch.zeros([1], dtype=6)
    for rows in [1, 2, 3, min(16, most), most]:
        few = x.narrow(0, 0, rows)
        differ += torch.sum(torch.ne(self.few_rows(few, w, scale, none, none), alone.narrow(0, 0, rows)))
        differ += torch.sum(torch.ne(self.few_rows(few, w, scale, bias, onto.narrow(0, 0, rows)), added.narrow(0, 0, rows)))
    return differ
