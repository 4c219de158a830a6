# Per-Pcs (2406.10471): choosing pieces for a history in one forward pass. Each site scores the pool's pieces against what flows into it, takes the best k,
# and is computed with them at once, so that later sites see what earlier ones installed.
# pool = per piece stack: A [sharers, rank, in], B [sharers, out, rank] (scaled), keys [sharers, in] float32, layer-normed, bars [sharers] float32, 0 or, where
# the sharer has no piece, -inf; at = index of a site's stack or -1


def pooled(self, x: Tensor, weight: Tensor) -> Tensor:
    # x [T, in], weight [T] (of a position in the mean over examples of the mean over their answer) -> [in]
    return torch.mv(torch.layer_norm(x.to(6), [x.size(1)], None, None, 1e-5).t(), weight)


def score(self, x: Tensor, weight: Tensor, keys: Tensor, absolute: int) -> Tensor:
    # keys [sharers, in] -> [sharers]
    scores = torch.div(torch.mv(keys, self.pooled(x, weight)), float(x.size(1)) ** 0.5)
    return torch.abs(scores) if absolute == 1 else scores


def key_rows(self, gates: Tensor, like: Tensor) -> Tensor:
    # gates [sharers, in] -> the keys that scores are taken with
    return torch.layer_norm(gates.to(like.device).to(6), [gates.size(1)], None, None, 1e-5)


def bars(self, absent: Tensor, like: Tensor) -> Tensor:
    # absent [sharers], 1 where there is no piece -> what is added to scores: no such piece is among the best while there are others, and its weight is 0
    return torch.masked_fill(torch.zeros_like(absent), torch.gt(absent, 0), float("-inf")).to(like.device)


def as_stack(self, stack: Tensor, scale: float, like: Tensor) -> Tensor:
    return torch.mul(stack.to(like.device), scale).to(like.dtype)


def install(self, y: Tensor, x: Tensor, a: Tensor, b: Tensor, chosen: Tensor, weight: Tensor, factor: int) -> Tensor:
    # y [T, out] += the chosen pieces' update of x [T, in], as an exact sum of products or as the product of the summed factors
    rank = a.size(1)
    w = weight.to(a.dtype)
    down = a.index_select(0, chosen)
    up = b.index_select(0, chosen)
    if factor == 1:
        down = torch.sum(torch.mul(down, w.view([-1, 1, 1])), [0])
        up = torch.sum(torch.mul(up, w.view([-1, 1, 1])), [0])
        return torch.add(y, torch.linear(torch.linear(x, down), up))
    k = chosen.size(0)
    h = torch.linear(x, down.view([k * rank, a.size(2)])).view([x.size(0), k, rank])
    h = torch.mul(h, w.view([1, k, 1])).view([x.size(0), k * rank])
    return torch.add(y, torch.linear(h, up.permute([1, 0, 2]).reshape([b.size(1), k * rank])))


def choose(self, y: Tensor, x: Tensor, first: int, members: int, widths: List[int], pool: List[Tensor], at: List[int], weight: Tensor, settings: List[float], found: List[Tensor]) -> Tensor:
    # settings = [k, temperature, factor, absolute]; appends [k indices, k weights] for every site of the group that the pool has
    # settings = [0]: appends what pieces are scored against, [in], once for the group
    if len(settings) == 1:
        found.append(self.pooled(x, weight))
    parts = annotate(List[Tensor], [])
    offset = 0
    for m in range(members):
        width = widths[first % 7 + m]
        out = y.narrow(1, offset, width)
        offset = offset + width
        stack = at[first + m]
        if stack >= 0:
            scores = torch.add(self.score(x, weight, pool[stack + 2], int(settings[3])), pool[stack + 3])
            best, chosen = torch.topk(scores, int(settings[0]))
            share = torch.softmax(torch.div(best, settings[1]), 0)
            found.append(torch.cat([chosen.to(6), share]))
            out = self.install(out, x, pool[stack], pool[stack + 1], chosen, share, int(settings[2]))
        parts.append(out)
    return torch.cat(parts, 1)


def read_through(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], pool: List[Tensor], at: List[int], settings: List[float], ints: Tensor, position_weights: Tensor, lengths: List[int], found: List[Tensor]) -> Tensor:
    # ints = [tokens, positions, RoPE lengths] of all examples, position_weights [T] float32, lengths = tokens of each example -> [T, hidden] before the last norm
    device = weights[0].device
    dtype = weights[0].dtype
    eps = torch.full([1], numbers[0], dtype=6, device=device)
    none = torch.empty([0], dtype=dtype, device=device)
    rows = ints.to(device).view([3, -1])
    weight = position_weights.to(device)
    x = torch.embedding(weights[0], rows.select(0, 0))
    cos, sin = self.turns(rows.select(0, 1), rows.select(0, 2), weights[3], rope, numbers[2], dtype)
    heads = shape[1]
    kv_heads = shape[2]
    dim = shape[3]
    widths = [heads * dim, kv_heads * dim, kv_heads * dim, shape[4], shape[5], shape[5], shape[4]]
    for layer in range(shape[0]):
        base = 4 + layer * 12
        site = layer * 7
        h = self.norm(x, weights[base], eps, shape[13])
        qkv = self.base_linear(h, weights, shape, layer, 0, none)
        qkv = self.choose(qkv, h, site, 3, widths, pool, at, weight, settings, found)
        qk = self.project_heads(qkv, weights, base, shape, eps, cos, sin)
        values = qkv.narrow(1, (heads + kv_heads) * dim, kv_heads * dim).view([x.size(0), kv_heads, dim])
        parts = annotate(List[Tensor], [])
        row = 0
        for e in range(len(lengths)):
            n = lengths[e]
            one = qk.narrow(0, row, n)
            parts.append(self.attend(one.narrow(1, 0, heads), one.narrow(1, heads, kv_heads), values.narrow(0, row, n), windows[layer], numbers[1]))
            row = row + n
        attended = torch.cat(parts, 0)
        y = self.base_linear(attended, weights, shape, layer, 1, none)
        y = self.choose(y, attended, site + 3, 1, widths, pool, at, weight, settings, found)
        x = torch.add(x, y)
        h = self.norm(x, weights[base + 5], eps, shape[13])
        both = self.base_linear(h, weights, shape, layer, 2, none)
        both = self.choose(both, h, site + 4, 2, widths, pool, at, weight, settings, found)
        active = self.activated(both, shape)
        y = self.base_linear(active, weights, shape, layer, 3, none)
        y = self.choose(y, active, site + 6, 1, widths, pool, at, weight, settings, found)
        x = torch.add(x, y)
    return x


def assemble(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], pool: List[Tensor], at: List[int], settings: List[float], ints: Tensor, position_weights: Tensor, lengths: List[int]) -> Tensor:
    # -> [sites of the pool, 2 k]
    found = annotate(List[Tensor], [])
    self.read_through(weights, shape, windows, numbers, rope, pool, at, settings, ints, position_weights, lengths, found)
    return torch.stack(found)


def mean_hidden(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], at: List[int], ints: Tensor, position_weights: Tensor, lengths: List[int]) -> Tensor:
    # at = -1 for every site -> [examples, hidden], the mean over each example's positions of the last hidden states
    none = annotate(List[Tensor], [])
    nothing = annotate(List[float], [])
    x = self.read_through(weights, shape, windows, numbers, rope, none, at, nothing, ints, position_weights, lengths, none)
    x = self.norm(x, weights[1], torch.full([1], numbers[0], dtype=6, device=x.device), shape[13]).to(6)
    means = annotate(List[Tensor], [])
    row = 0
    for e in range(len(lengths)):
        means.append(torch.mean(x.narrow(0, row, lengths[e]), [0]))
        row = row + lengths[e]
    return torch.stack(means)


def site_inputs(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], at: List[int], ints: Tensor, position_weights: Tensor, lengths: List[int]) -> Tensor:
    # at = -1 for every site -> what pieces are scored against, one after the other for each layer's groups
    none = annotate(List[Tensor], [])
    found = annotate(List[Tensor], [])
    self.read_through(weights, shape, windows, numbers, rope, none, at, [0.0], ints, position_weights, lengths, found)
    return torch.cat(found, 0)


def discriminants(self, inputs: Tensor, counts: List[int], shrinkage: float) -> Tensor:
    # inputs [items, width], the users' one behind the other -> [users, width]
    means = annotate(List[Tensor], [])
    around = annotate(List[Tensor], [])
    row = 0
    for i in range(len(counts)):
        own = inputs.narrow(0, row, counts[i])
        mean = torch.mean(own, [0])
        means.append(mean)
        around.append(torch.sub(own, mean))
        row = row + counts[i]
    users = torch.stack(means)
    common = torch.mean(users, [0])
    rest = torch.cat(around, 0)
    spread = torch.mm(rest.t(), rest)
    ridge = torch.add(torch.mul(torch.mean(spread.diag()), shrinkage), 1e-12)
    spread = torch.add(spread, torch.diag(torch.full([inputs.size(1)], 1.0)) * ridge)
    keys = torch.linalg_solve(spread, torch.sub(users, common).t()).t()
    along = torch.mul(torch.mv(keys, common), torch.reciprocal(torch.clamp(torch.dot(common, common), min=1e-12)))
    keys = torch.sub(keys, torch.outer(along, common))
    deviation = torch.sqrt(torch.mean(torch.square(torch.sub(keys, torch.mean(keys, [1], True))), [1], True))
    return torch.mul(keys, torch.reciprocal(torch.clamp(deviation, min=1e-12)))
