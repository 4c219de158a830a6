# One ragged step: T tokens of several sequences, prefill chunks and decode tokens side by side.
# shape = [layers, heads, kv_heads, head_dim, hidden, intermediate, layout (0 dense, 1 packed, 2 packed int8), width of the bank's chunks of q k v, of o and down, of gate up, 1 if all spans attend in one flash call, rows of a packed product at least (0 dense), rows of products of our own at most (0: none), 1 if what is between products is our own]
# weights = [embedding, norm, head, inverse frequencies], then 12 for each layer:
#   0 norm, 1 qkv, 2 qkv bias, 3 o, 4 o bias, 5 norm, 6 gate up, 7 gate up bias, 8 down, 9 down bias, 10 q norm, 11 k norm (absent ones empty);
#   int8: then the scales of 1, 3, 6 and 8 of each layer and of the head, float32, one for each output
# ints = [tokens, positions, RoPE lengths, places, spans of the tokens, first bank column of the tokens, 1 for tokens that have none] of T each, then what sampling needs


def norm(self, x: Tensor, gain: Tensor, eps: Tensor, own: int) -> Tensor:
    # RMSNorm over the last dimension; eps [1] float32; own 1: by norm_rows(). torch.rms_norm takes twice as long at 16 rows: it starts the threads for more and smaller operations.
    if own == 1:
        return self.norm_rows(x, gain, eps)
    length = torch.linalg_vector_norm(x, 2, [-1], True, dtype=6)
    scale = torch.rsqrt(torch.addcmul(eps, length, length, value=1. / x.size(-1)))
    return torch.mul(torch.mul(x, scale), gain).to(x.dtype)


def linear(self, x: Tensor, w: Tensor, bias: Tensor, least: int, onto: Tensor) -> Tensor:
    # onto [T, out] or empty -> onto + w x + bias; w lies packed, for so many rows at least, or dense (0)
    if least == 0:
        y = torch.linear(x, w) if bias.numel() == 0 else torch.linear(x, w, bias)
        return y if onto.numel() == 0 else torch.add(onto, y)
    rows = x.size(0)
    fill = self.missing_rows(x, least)
    if fill > 0:
        x = torch.constant_pad_nd(x, [0, 0, 0, fill])
        onto = onto if onto.numel() == 0 else torch.constant_pad_nd(onto, [0, 0, 0, fill])
    added = annotate(Optional[Tensor], None)
    if bias.numel() > 0:
        added = bias
    if onto.numel() == 0:
        y = ops.mkldnn._linear_pointwise(x, w, added, "none", [], "")
    else:
        y = ops.mkldnn._linear_pointwise(x, onto, w, added, "add")
    return y if fill == 0 else y.narrow(0, 0, rows)


def missing_rows(self, x: Tensor, least: int) -> int:
    # Where inputs do not fill oneDNN's blocks of 32, a single row can take fifty times as long as four.
    return max(0, (least if x.size(1) % 32 == 0 else 4) - x.size(0))


def linear_int8(self, x: Tensor, w: Tensor, scale: Tensor, bias: Tensor, least: int, onto: Tensor) -> Tensor:
    # Every row of x is rounded to int8 by a scale of its own, so what it comes out as does not depend on the other rows.
    rows = x.size(0)
    step = torch.clamp(torch.mul(torch.amax(torch.abs(x), [1], True), 1. / 127.), min=1e-30)
    # Truncation of what is half a step above rounds.
    q = torch.addcmul(torch.full([1], 128.5, dtype=6), x, torch.reciprocal(step.to(6))).to(0)
    fill = self.missing_rows(x, least)
    if fill > 0:
        q = torch.constant_pad_nd(q, [0, 0, 0, fill], 128)
    y = ops.onednn.qlinear_pointwise(q, 1., 128, w, scale, torch.zeros([1], dtype=3), None, 1., 0, 15, "none", [], "")
    if fill > 0:
        y = y.narrow(0, 0, rows)
    if onto.numel() > 0:
        y = torch.addcmul(onto, y, step)
    else:
        y = torch.mul(y, step)
    return y if bias.numel() == 0 else torch.add(y, bias)


def linear_laid_out(self, x: Tensor, w: Tensor, scale: Tensor, bias: Tensor, least: int, onto: Tensor) -> Tensor:
    # scale [out] if w is int8
    if scale.numel() > 0:
        return self.linear_int8(x, w, scale, bias, least, onto)
    return self.linear(x, w, bias, least, onto)


def linear_of_base(self, x: Tensor, w: Tensor, scale: Tensor, bias: Tensor, shape: List[int], onto: Tensor) -> Tensor:
    if self.few(x, w, scale, shape[12]):
        return self.few_rows(x, w, scale, bias, onto)
    return self.linear_laid_out(x, w, scale, bias, shape[11], onto)


def base_linear(self, x: Tensor, weights: List[Tensor], shape: List[int], layer: int, group: int, onto: Tensor) -> Tensor:
    # by the matrix of one of a layer's groups of projections, added to `onto` unless that is empty
    at = 4 + layer * 12 + [1, 3, 6, 8][group]
    return self.linear_of_base(x, weights[at], self.scale_of(weights, shape, layer * 4 + group), weights[at + 1], shape, onto)


def scale_of(self, weights: List[Tensor], shape: List[int], linear: int) -> Tensor:
    # of a linear layer, the head's number being that behind all layers'; empty unless weights are int8
    return weights[4 + 12 * shape[0] + linear] if shape[6] == 2 else torch.empty([0], dtype=6)


def activated(self, both: Tensor, shape: List[int]) -> Tensor:
    # both [T, 2 * units] -> [T, units]
    if shape[13] == 1:
        return self.gate(both)
    return torch.mul(torch.silu(both.narrow(1, 0, shape[5])), both.narrow(1, shape[5], shape[5]))


def attend_step(self, qkv: Tensor, cos: Tensor, sin: Tensor, keys: Tensor, values: Tensor, places: Tensor, weights: List[Tensor], base: int, shape: List[int], eps: Tensor, spans: List[int], groups: List[int], contexts: List[Tensor], ragged: List[Tensor], alone: List[int], table: Tensor, window: int, scale: float) -> Tensor:
    # qkv [T, (heads + 2 kv_heads) head_dim] -> [T, heads * head_dim], once keys and values are in the arena
    total = qkv.size(0)
    heads = shape[1]
    kv_heads = shape[2]
    dim = shape[3]
    parts = annotate(List[Tensor], [])
    first = 0
    if shape[13] == 1:
        self.place(qkv, cos, sin, keys, values, places, weights[base + 10], weights[base + 11], eps, heads)
        if len(alone) > 0:
            parts.append(self.attend_alone(qkv, keys, values, table, alone, heads, window))
            first = alone[1]
            if first == total:
                return parts[0]
        q = qkv.narrow(1, 0, heads * dim).view([total, heads, dim])
    else:
        qk = self.project_heads(qkv, weights, base, shape, eps, cos, sin)
        q = qk.narrow(1, 0, heads)
        keys.index_copy_(0, places, qk.narrow(1, heads, kv_heads))
        values.index_copy_(0, places, qkv.narrow(1, (heads + kv_heads) * dim, kv_heads * dim).view([total, kv_heads, dim]))
    if shape[10] == 1:
        return self.attend_flash(q, keys, values, ragged, spans, window, scale)
    parts = parts + self.attend_spans(q, keys, values, spans, groups, contexts, first, window, scale)
    return parts[0] if len(parts) == 1 else torch.cat(parts, 0)


def head(self, x: Tensor, weights: List[Tensor], shape: List[int]) -> Tensor:
    none = torch.empty([0], dtype=6)
    return self.linear_of_base(x, weights[2], self.scale_of(weights, shape, 4 * shape[0]), none, shape, none)


def layers(self, x: Tensor, cos: Tensor, sin: Tensor, places: Tensor, weights: List[Tensor], arena: List[Tensor], bank_a: List[Tensor], bank_b: List[Tensor], pool_a: List[Tensor], pool_b: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], eps: Tensor, gains: Tensor, spans: List[int], groups: List[int], contexts: List[Tensor], segments: List[int], tables: List[Tensor], alone: List[int], table: Tensor, own: List[int]) -> Tensor:
    # x [T, hidden] through all layers; gains [T, sites, sharers] or empty, contexts as contexts() and tables as lookups() make them, all else as step() has it
    none = torch.empty([0], dtype=x.dtype, device=x.device)
    ragged = annotate(List[Tensor], [])
    if shape[10] == 1:
        ragged = self.flash_tables(spans, x)
    for layer in range(shape[0]):
        base = 4 + layer * 12
        h = self.norm(x, weights[base], eps, shape[13])
        update = self.adapted(none, h, layer, 0, bank_a, bank_b, segments, tables, pool_a, pool_b, gains, shape, own)
        qkv = self.base_linear(h, weights, shape, layer, 0, update)
        attended = self.attend_step(qkv, cos, sin, arena[layer * 2], arena[layer * 2 + 1], places, weights, base, shape, eps, spans, groups, contexts, ragged, alone, table, windows[layer], numbers[1])
        update = self.adapted(x, attended, layer, 1, bank_a, bank_b, segments, tables, pool_a, pool_b, gains, shape, own)
        x = self.base_linear(attended, weights, shape, layer, 1, update)
        h = self.norm(x, weights[base + 5], eps, shape[13])
        update = self.adapted(none, h, layer, 2, bank_a, bank_b, segments, tables, pool_a, pool_b, gains, shape, own)
        active = self.activated(self.base_linear(h, weights, shape, layer, 2, update), shape)
        update = self.adapted(x, active, layer, 3, bank_a, bank_b, segments, tables, pool_a, pool_b, gains, shape, own)
        x = self.base_linear(active, weights, shape, layer, 3, update)
    return x


def step(self, weights: List[Tensor], arena: List[Tensor], bank_a: List[Tensor], bank_b: List[Tensor], pool_a: List[Tensor], pool_b: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], ints: Tensor, floats: Tensor, gains: Tensor, counts: List[int], spans: List[int], groups: List[int], segments: List[int], alone: List[int], table: Tensor, own: List[int]) -> Tensor:
    # numbers = [eps, attention scale, RoPE attention factor]; counts = see sample(); spans = (row, rows, extent, position) each; groups = see attend_spans(); alone and table = see attend_alone(); own = numbers of DecodeLayers, if they do it all, and of StepUpdates, if there are any, 0 if not
    total = counts[0]
    device = weights[0].device
    dtype = weights[0].dtype
    eps = torch.full([1], numbers[0], dtype=6, device=device)
    rows = ints.narrow(0, 0, 7 * total).to(device).view([7, total])
    x = torch.embedding(weights[0], rows.select(0, 0))
    cos, sin = self.turns(rows.select(0, 1), rows.select(0, 2), weights[3], rope, numbers[2], dtype)
    places = rows.select(0, 3)
    if own[0] > 0:
        x = self.layers_alone(x, cos, sin, places, table, alone, own)
    else:
        tables = annotate(List[Tensor], [])
        if len(segments) > 0:
            tables = self.lookups(segments, rows.select(0, 5), rows.select(0, 6), shape)
        token_gains = torch.empty([0], dtype=dtype, device=device)
        if gains.numel() > 0:
            token_gains = gains.to(device).to(dtype).index_select(0, rows.select(0, 4))
        contexts = self.contexts(rows, groups, dtype)
        x = self.layers(x, cos, sin, places, weights, arena, bank_a, bank_b, pool_a, pool_b, shape, windows, numbers, eps, token_gains, spans, groups, contexts, segments, tables, alone, table, own)
    if counts[1] + counts[2] == 0:
        # Who reads a value waits for the device, and hears there of what failed.
        return x.select(0, 0).narrow(0, 0, 1).to(6)
    x = x.index_select(0, ints.narrow(0, 7 * total, counts[1] + counts[2]).to(device))
    x = self.norm(x, weights[1], eps, shape[13])
    logits = self.head(x, weights, shape).to(6)
    return self.sample(logits, ints, floats, counts)


def copy_places(self, arena: List[Tensor], source: int, target: int, length: int) -> int:
    for i in range(len(arena)):
        arena[i].narrow(0, target, length).copy_(arena[i].narrow(0, source, length).clone())
    return 0
