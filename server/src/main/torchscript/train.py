# One training step's loss and gradients, layer by layer, so that a layer's inner values are kept or computed again as asked.
# sizes = [layers, heads, kv_heads, head_dim, hidden, intermediate, kind, tied, precision, then each layer's window]; kind: 0 LoRA, 1 gates, 2 all weights
# reals = [eps, attention scale, RoPE attention factor, four of RoPE, LoRA scale]; weights as in step.py, none packed
# adapters = A [users, rank, in], B [users, out, rank], gate [users, in] for each of a layer's seven sites, empty where there is none
# gradients are added to what is in `sums`, which stand beside what is trained: the adapters, or the weights


def own(self, x: Tensor) -> Tensor:
    # a copy that gradients may go through
    return x.clone()


def put(self, target: Tensor, values: Tensor) -> Tensor:
    return target.view([-1]).copy_(values)


def ints_of(self, x: Tensor) -> List[int]:
    values = annotate(List[int], [])
    for i in range(x.size(0)):
        values.append(int(torch.select(x, 0, i)))
    return values


def floats_of(self, x: Tensor) -> List[float]:
    values = annotate(List[float], [])
    for i in range(x.size(0)):
        values.append(float(torch.select(x, 0, i)))
    return values


def learned(self, y: Tensor, x: Tensor, adapters: List[Tensor], site: int, users: int, scale: float) -> Tensor:
    # y [rows, out] and each user's update of his own rows, which follow one another
    a = adapters[site * 3]
    if a.numel() == 0:
        return y
    inputs = x.view([users, x.size(0) // users, x.size(1)])
    h = torch.bmm(inputs, a.to(x.dtype).transpose(1, 2))
    gate = adapters[site * 3 + 2]
    if gate.numel() > 0:
        h = torch.mul(h, torch.sigmoid(torch.bmm(inputs, gate.to(x.dtype).unsqueeze(2))))
    update = torch.bmm(h, adapters[site * 3 + 1].to(x.dtype).transpose(1, 2)).view([x.size(0), -1])
    return torch.add(y, update, alpha=scale)


def turned(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    # x [rows, length, heads, head_dim]; as rotate()
    halves = torch.chunk(x, 2, 3)
    return torch.addcmul(torch.mul(x, cos), torch.cat([halves[1], halves[0]], 3), sin)


def plain(self, x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
    if bias.numel() == 0:
        return torch.linear(x, w.to(x.dtype))
    return torch.linear(x, w.to(x.dtype), bias.to(x.dtype))


def attend_all(self, q: Tensor, k: Tensor, v: Tensor, window: int, scale: float) -> Tensor:
    # [rows, heads, length, head_dim] each
    length = q.size(2)
    if length <= 256 and not q.is_cuda:
        # On CPUs the gradient of short rows is a third cheaper than that of the fused attention.
        seen = self.causal_mask(length, 0, window, q)
        scores = torch.matmul(torch.mul(q, scale), k.transpose(2, 3))
        return torch.matmul(torch.softmax(torch.masked_fill(scores, torch.logical_not(seen), -float("inf")), -1), v)
    if window == 0 or length <= window:
        return torch.scaled_dot_product_attention(q, k, v, None, 0.0, True, scale=scale)
    return torch.scaled_dot_product_attention(q, k, v, self.causal_mask(length, 0, window, q), 0.0, False, scale=scale)


def train_layer(self, x: Tensor, w: List[Tensor], adapters: List[Tensor], sizes: List[int], reals: List[float], cos: Tensor, sin: Tensor, window: int, users: int, rows: int) -> Tensor:
    # x [rows * length, hidden]; the padding of a row is at its end, so that causal attention never sees it
    heads = sizes[1]
    kv_heads = sizes[2]
    dim = sizes[3]
    length = x.size(0) // rows
    scale = reals[7]
    h = torch.rms_norm(x, [sizes[4]], w[0].to(x.dtype), reals[0])
    qkv = torch.split_with_sizes(self.plain(h, w[1], w[2]), [heads * dim, kv_heads * dim, kv_heads * dim], 1)
    q = self.learned(qkv[0], h, adapters, 0, users, scale).view([rows, length, heads, dim])
    k = self.learned(qkv[1], h, adapters, 1, users, scale).view([rows, length, kv_heads, dim])
    v = self.learned(qkv[2], h, adapters, 2, users, scale).view([rows, length, kv_heads, dim])
    if w[10].numel() > 0:
        q = torch.rms_norm(q, [dim], w[10].to(x.dtype), reals[0])
        k = torch.rms_norm(k, [dim], w[11].to(x.dtype), reals[0])
    q = self.turned(q, cos, sin).transpose(1, 2)
    k = self.turned(k, cos, sin).transpose(1, 2)
    v = v.transpose(1, 2)
    if kv_heads < heads:
        each = [rows, kv_heads, heads // kv_heads, length, dim]
        k = k.unsqueeze(2).expand(each).reshape([rows, heads, length, dim])
        v = v.unsqueeze(2).expand(each).reshape([rows, heads, length, dim])
    attended = self.attend_all(q, k, v, window, reals[1])
    attended = attended.transpose(1, 2).reshape([rows * length, heads * dim])
    x = torch.add(x, self.learned(self.plain(attended, w[3], w[4]), attended, adapters, 3, users, scale))
    h = torch.rms_norm(x, [sizes[4]], w[5].to(x.dtype), reals[0])
    both = torch.split_with_sizes(self.plain(h, w[6], w[7]), [sizes[5], sizes[5]], 1)
    gate = self.learned(both[0], h, adapters, 4, users, scale)
    up = self.learned(both[1], h, adapters, 5, users, scale)
    active = torch.mul(torch.silu(gate), up)
    return torch.add(x, self.learned(self.plain(active, w[8], w[9]), active, adapters, 6, users, scale))


def leaf(self, x: Tensor) -> Tensor:
    return x.detach().requires_grad_(True)


def leaves(self, all: List[Tensor], sums: List[Tensor], first: int, count: int, users: int, trained: bool) -> List[Tensor]:
    # those of a layer; of adapters the first `users`; where there is a sum for it, a tensor that gradients are taken for
    found = annotate(List[Tensor], [])
    for i in range(first, first + count):
        x = all[i]
        if users > 0 and x.numel() > 0:
            x = x.narrow(0, 0, users)
        if trained and sums[i].numel() > 0:
            x = self.leaf(x)
        found.append(x)
    return found


def add_gradients(self, y: Tensor, gradient: Tensor, x: Tensor, own: List[Tensor], sums: List[Tensor], first: int) -> Tensor:
    # adds the gradients of a layer's own leaves to their sums and returns that of its input
    inputs = [x]
    for i in range(len(own)):
        if own[i].requires_grad:
            inputs.append(own[i])
    found = torch.grad([y], inputs, annotate(Optional[List[Optional[Tensor]]], [gradient]))
    at = 1
    for i in range(len(own)):
        if own[i].requires_grad:
            g = unchecked_cast(Tensor, found[at])
            sums[first + i].narrow(0, 0, own[i].size(0)).add_(g)
            at = at + 1
    return unchecked_cast(Tensor, found[0])


def head_loss(self, h: Tensor, head: Tensor, targets: Tensor, shares: Tensor, sum: Tensor) -> Tuple[Tensor, Tensor]:
    # h [targets, hidden], head [vocabulary, hidden] -> each target's loss and the gradient of h; adds the head's to `sum`. In parts that stay in the cache.
    count = h.size(0)
    part = max(64, 1048576 // head.size(0))
    losses = annotate(List[Tensor], [])
    gradients = annotate(List[Tensor], [])
    for p in range((count + part - 1) // part):
        n = min(part, count - p * part)
        rows = h.narrow(0, p * part, n)
        wanted = targets.narrow(0, p * part, n).unsqueeze(1)
        logits = torch.linear(rows, head).to(6)
        total = torch.logsumexp(logits, [1], True)
        losses.append(torch.sub(total, torch.gather(logits, 1, wanted)).squeeze(1))
        share = shares.narrow(0, p * part, n).unsqueeze(1)
        wrong = torch.mul(torch.exp(torch.sub(logits, total)), share).scatter_add_(1, wanted, torch.neg(share)).to(head.dtype)
        gradients.append(torch.mm(wrong, head))
        if sum.numel() > 0:
            sum.add_(torch.mm(wrong.t(), rows))
    return torch.cat(losses, 0), torch.cat(gradients, 0)


def train(self, batch: Tensor, shares: Tensor, size_row: Tensor, real_row: Tensor, weights: List[Tensor], adapters: List[Tensor], sums: List[Tensor]) -> Tensor:
    # batch = [users, rows, length, targets, recompute], then tokens [rows * length], then row, token and user of each target
    # shares [targets] of each target in the loss -> the summed loss of each user
    sizes = self.ints_of(size_row)
    reals = self.floats_of(real_row)
    counts = self.ints_of(batch.narrow(0, 0, 5))
    users = counts[0]
    rows = counts[1]
    length = counts[2]
    device = weights[0].device
    kind = sizes[6]
    ids = batch.narrow(0, 5, batch.size(0) - 5).to(device)
    tokens = ids.narrow(0, 0, rows * length)
    picked = ids.narrow(0, rows * length, 3 * counts[3]).view([3, -1])
    positions = torch.arange(length, device=device)
    cos, sin = self.turns(positions, torch.full_like(positions, length), weights[3], reals[3:7], reals[2], sizes[8])
    x = torch.embedding(weights[0], tokens).to(sizes[8])
    inputs = annotate(List[Tensor], [])
    outputs = annotate(List[Tensor], [])
    layer_weights = annotate(List[List[Tensor]], [])
    layer_adapters = annotate(List[List[Tensor]], [])
    for layer in range(sizes[0]):
        layer_weights.append(self.leaves(weights, sums, 4 + layer * 12, 12, 0, kind == 2))
        layer_adapters.append(self.leaves(adapters, sums, layer * 21, 21, users, kind < 2))
        inputs.append(self.leaf(x))
        y = self.train_layer(inputs[layer], layer_weights[layer], layer_adapters[layer], sizes, reals, cos, sin, sizes[9 + layer], users, rows)
        x = y.detach()
        outputs.append(x if counts[4] == 1 else y)
    last = self.leaf(x.index_select(0, picked.select(0, 0)))
    norm = self.leaf(weights[1])
    h = torch.rms_norm(last, [sizes[4]], norm.to(x.dtype), reals[0])
    none = torch.empty([0], dtype=6)
    head_sum = none
    if kind == 2:
        head_sum = sums[0] if sizes[7] == 1 else sums[2]
    losses, gradient = self.head_loss(h.detach(), weights[2].to(x.dtype), picked.select(0, 1), shares.to(device), head_sum)
    found = torch.grad([h], [last, norm], annotate(Optional[List[Optional[Tensor]]], [gradient]))
    if kind == 2:
        sums[1].add_(unchecked_cast(Tensor, found[1]))
    gradient = torch.zeros_like(x).index_add_(0, picked.select(0, 0), unchecked_cast(Tensor, found[0]))
    for i in range(sizes[0]):
        layer = sizes[0] - 1 - i
        y = outputs[layer]
        if counts[4] == 1:
            y = self.train_layer(inputs[layer], layer_weights[layer], layer_adapters[layer], sizes, reals, cos, sin, sizes[9 + layer], users, rows)
        if kind == 2:
            gradient = self.add_gradients(y, gradient, inputs[layer], layer_weights[layer], sums, 4 + layer * 12)
        else:
            gradient = self.add_gradients(y, gradient, inputs[layer], layer_adapters[layer], sums, layer * 21)
        outputs[layer] = none
    if kind == 2:
        sums[0].index_add_(0, tokens, gradient.to(6))
    return torch.zeros([users], dtype=6, device=device).index_add_(0, picked.select(0, 2), losses.to(6))


def products(self, counts: Tensor, weights: List[Tensor]) -> Tensor:
    # counts = [layers, rows, targets, precision, 1 when weights get gradients]: a step's products with the base's matrices and nothing else
    n = self.ints_of(counts)
    total = torch.zeros([], dtype=6, device=weights[0].device)
    for i in range(n[0] * 4 + 1):
        w = weights[2] if i == n[0] * 4 else weights[4 + i // 4 * 12 + [1, 3, 6, 8][i % 4]]
        rows = n[2] if i == n[0] * 4 else n[1]
        w = w.detach().to(n[3])
        x = torch.full([rows, w.size(1)], 0.01, dtype=n[3], device=w.device)
        y = torch.linear(x, w)
        total = torch.add(total, torch.select(torch.mm(y, w).view([-1]), 0, 0))
        if n[4] == 1:
            total = torch.add(total, torch.select(torch.mm(y.t(), x).view([-1]), 0, 0))
    return total.view([1])


def adamw(self, real_row: Tensor, rates: Tensor, trained: List[Tensor], sums: List[Tensor], first: List[Tensor], second: List[Tensor]) -> Tensor:
    # reals = [beta 1, beta 2, epsilon, decay, clip, step (from 1), 1 for tensors that users stand side by side in]; rates [users] of the first users
    # -> each user's norm of the gradient; empties the sums. Vectors do not decay.
    reals = self.floats_of(real_row)
    users = rates.size(0)
    device = trained[0].device
    rate = rates.to(device).unsqueeze(1)
    squares = torch.zeros([users], dtype=6, device=device)
    for i in range(len(sums)):
        if sums[i].numel() > 0:
            squares = torch.add(squares, torch.sum(torch.square(self.per_user(sums[i], users, reals[6])), [1]))
    norms = torch.sqrt(squares)
    factor = torch.ones_like(norms)
    if reals[4] > 0.0:
        factor = torch.clamp(torch.mul(torch.reciprocal(torch.add(norms, 1e-6)), reals[4]), max=1.0)
    factor = factor.unsqueeze(1)
    for i in range(len(sums)):
        if sums[i].numel() > 0:
            g = self.per_user(sums[i], users, reals[6]).mul_(factor)
            p = self.per_user(trained[i], users, reals[6])
            m = self.per_user(first[i], users, reals[6]).mul_(reals[0]).add_(g, alpha=1.0 - reals[0])
            v = self.per_user(second[i], users, reals[6]).mul_(reals[1]).addcmul_(g, g, value=1.0 - reals[1])
            if trained[i].dim() > 1:
                p.mul_(torch.rsub(torch.mul(rate, reals[3]), 1.0))
            root = torch.sqrt(torch.div(v, 1.0 - reals[1] ** reals[5])).add_(reals[2])
            p.sub_(torch.mul(torch.div(m, root), torch.div(rate, 1.0 - reals[0] ** reals[5])))
            g.zero_()
    return norms


def per_user(self, x: Tensor, users: int, stacked: float) -> Tensor:
    # [users, values]
    if stacked == 1.0:
        return x.narrow(0, 0, users).view([users, -1])
    return x.view([1, -1])
