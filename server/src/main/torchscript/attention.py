# Attention over the KV arena. Keys and values of a layer are [places, kv_heads, head_dim]; a sequence owns consecutive places.


def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    # x [T, heads, head_dim]; cos, sin [T, 1, head_dim], the first half of sin negative: (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin)
    half = x.size(2) // 2
    turned = torch.cat([x.narrow(2, half, half), x.narrow(2, 0, half)], 2)
    return torch.addcmul(torch.mul(x, cos), turned, sin)


def angles(self, positions: Tensor, lengths: Tensor, inverse: Tensor, rope: List[float]) -> Tensor:
    # positions [T] -> [T, head_dim / 2]. rope = [0] fixed frequencies, or [1, theta, factor, max_positions]: dynamic NTK scaling by the sequence's length
    p = positions.to(6).unsqueeze(1)
    if rope[0] == 0.0:
        return torch.mul(p, inverse.unsqueeze(0))
    n = inverse.size(0)
    length = torch.clamp(lengths.to(6), min=rope[3])
    dim = float(2 * n)
    theta = torch.mul(torch.pow(torch.sub(torch.div(torch.mul(length, rope[2]), rope[3]), rope[2] - 1.0), dim / (dim - 2.0)), rope[1])
    exponent = torch.div(torch.arange(n, dtype=6, device=p.device), float(n))
    return torch.div(p, torch.pow(theta.unsqueeze(1), exponent.unsqueeze(0)))


def turns(self, positions: Tensor, lengths: Tensor, inverse: Tensor, rope: List[float], factor: float, dtype: int) -> Tuple[Tensor, Tensor]:
    # cosines and sines as rotate() takes them, times the RoPE's attention factor
    angles = self.angles(positions, lengths, inverse, rope)
    cos = torch.mul(torch.cos(angles), factor)
    sin = torch.mul(torch.sin(angles), factor)
    return torch.cat([cos, cos], 1).to(dtype).unsqueeze(1), torch.cat([torch.neg(sin), sin], 1).to(dtype).unsqueeze(1)


def causal_mask(self, length: int, past: int, window: int, like: Tensor) -> Tensor:
    # [length, past + length]: query i stands at past + i and sees itself and what is before it, at most `window` places (0: all)
    mask = torch.ones([length, past + length], dtype=11, device=like.device).tril(past)
    if window > 0:
        mask = torch.logical_and(mask, torch.ones([length, past + length], dtype=11, device=like.device).triu(past - window + 1))
    return mask


def attend(self, q: Tensor, keys: Tensor, values: Tensor, window: int, scale: float) -> Tensor:
    # One sequence: q [S, heads, head_dim] at the end of keys, values [L, kv_heads, head_dim] -> [S, heads * head_dim]
    count = q.size(0)
    heads = q.size(1)
    dim = q.size(2)
    kv_heads = keys.size(1)
    group = heads // kv_heads
    if count == 1:
        if window > 0 and keys.size(0) > window:
            keys = keys.narrow(0, keys.size(0) - window, window)
            values = values.narrow(0, values.size(0) - window, window)
        out = torch.scaled_dot_product_attention(
            q.view([1, kv_heads, group, dim]), keys.transpose(0, 1).unsqueeze(0), values.transpose(0, 1).unsqueeze(0), None, 0.0, False, scale=scale)
        return out.reshape([1, heads * dim])
    # The KV heads take the place of the batch, so that the query heads of a group share their keys without a copy.
    past = keys.size(0) - count
    query = q.view([count, kv_heads, group, dim]).permute([1, 2, 0, 3])
    key = keys.permute([1, 0, 2]).unsqueeze(1).expand([kv_heads, group, keys.size(0), dim])
    value = values.permute([1, 0, 2]).unsqueeze(1).expand([kv_heads, group, keys.size(0), dim])
    if past == 0 and (window == 0 or count <= window):
        out = torch.scaled_dot_product_attention(query, key, value, None, 0.0, True, scale=scale)
    else:
        mask = self.causal_mask(count, past, window, q)
        out = torch.scaled_dot_product_attention(query, key, value, mask, 0.0, False, scale=scale)
    return out.permute([2, 0, 1, 3]).reshape([count, heads * dim])


def contexts(self, rows: Tensor, groups: List[int], dtype: int) -> List[Tensor]:
    # rows as step() has them -> for each group the places of its keys [n * longest], in place of those behind a row's end its first one, and the mask [n, 1, 1, longest] that hides these
    tables = annotate(List[Tensor], [])
    for g in range(len(groups) // 3):
        n = groups[g * 3 + 1]
        positions = rows.select(0, 1).narrow(0, groups[g * 3], n).unsqueeze(1)
        first = torch.sub(rows.select(0, 3).narrow(0, groups[g * 3], n).unsqueeze(1), positions)
        behind = torch.arange(groups[g * 3 + 2], device=rows.device).unsqueeze(0)
        seen = torch.le(behind, positions)
        tables.append(torch.where(seen, torch.add(first, behind), first).view([-1]))
        mask = torch.zeros([n, groups[g * 3 + 2]], dtype=dtype, device=rows.device)
        tables.append(torch.masked_fill(mask, torch.logical_not(seen), float("-inf")).unsqueeze(1).unsqueeze(1))
    return tables


def attend_rows(self, q: Tensor, keys: Tensor, values: Tensor, places: Tensor, mask: Tensor, scale: float) -> Tensor:
    # One token of each of n sequences: q [n, heads, head_dim], places [n * longest] of their keys, mask [n, 1, 1, longest] -> [n, heads * head_dim].
    # Copying contexts side by side costs less than starting the threads once for each sequence, unless they are long.
    n = q.size(0)
    dim = q.size(2)
    kv_heads = keys.size(1)
    longest = mask.size(3)
    key = keys.index_select(0, places).view([n, longest, kv_heads, dim]).transpose(1, 2)
    value = values.index_select(0, places).view([n, longest, kv_heads, dim]).transpose(1, 2)
    query = q.reshape([n, kv_heads, q.size(1) // kv_heads, dim])
    return torch.scaled_dot_product_attention(query, key, value, mask, 0.0, False, scale=scale).reshape([n, q.size(1) * dim])


def attend_spans(self, q: Tensor, keys: Tensor, values: Tensor, spans: List[int], groups: List[int], contexts: List[Tensor], first: int, window: int, scale: float) -> List[Tensor]:
    # q [T, heads, head_dim] -> parts of [T, heads * head_dim], from span `first` on. groups = (first row, rows, longest context) each of single tokens that are attended to together; spans up to
    # there have one row each.
    parts = annotate(List[Tensor], [])
    reached = first
    for g in range(len(groups) // 3 + 1):
        last = g == len(groups) // 3
        together = not last and (window == 0 or groups[g * 3 + 2] <= window)
        until = len(spans) // 4
        if not last:
            until = groups[g * 3] if together else groups[g * 3] + groups[g * 3 + 1]
        for s in range(reached, until):
            length = spans[s * 4 + 3] + spans[s * 4 + 1]
            parts.append(self.attend(q.narrow(0, spans[s * 4], spans[s * 4 + 1]), keys.narrow(0, spans[s * 4 + 2], length), values.narrow(0, spans[s * 4 + 2], length), window, scale))
        reached = until
        if together:
            parts.append(self.attend_rows(q.narrow(0, until, groups[g * 3 + 1]), keys, values, contexts[g * 2], contexts[g * 2 + 1], scale))
            reached = until + groups[g * 3 + 1]
    return parts


def flash_tables(self, spans: List[int], like: Tensor) -> List[Tensor]:
    # spans as step() has them -> int32: where each span's queries begin among the rows, and the last one's end [n + 1]; where its keys begin in the arena, and anything [n + 1]; how many these are [n]
    queries = annotate(List[int], [0])
    keys = annotate(List[int], [])
    used = annotate(List[int], [])
    for s in range(len(spans) // 4):
        torch.append(queries, spans[s * 4] + spans[s * 4 + 1])
        torch.append(keys, spans[s * 4 + 2])
        torch.append(used, spans[s * 4 + 3] + spans[s * 4 + 1])
    torch.append(keys, 0)
    return [torch.tensor(queries, dtype=3, device=like.device), torch.tensor(keys, dtype=3, device=like.device), torch.tensor(used, dtype=3, device=like.device)]


def attend_flash(self, q: Tensor, keys: Tensor, values: Tensor, tables: List[Tensor], spans: List[int], window: int, scale: float) -> Tensor:
    # attend_spans() in one call, on GPUs: each span's queries stand at the end of its keys
    longest_span = 1
    longest = 1
    for s in range(len(spans) // 4):
        longest_span = max(longest_span, spans[s * 4 + 1])
        longest = max(longest, spans[s * 4 + 3] + spans[s * 4 + 1])
    left = annotate(Optional[int], None)
    if window > 0:
        left = window - 1
    out = torch._flash_attention_forward(q, keys, values, tables[0], tables[1], longest_span, longest, 0.0, True, False, scale=scale, window_size_left=left, seqused_k=tables[2])
    return out[0].reshape([q.size(0), q.size(1) * q.size(2)])


def flash_differs(self, like: Tensor, heads: int, kv_heads: int, dim: int, window: int) -> Tensor:
    # [1] how far attend_flash() is from attend_spans() at most, over spans in one arena whose extents are not in order: a chunk of a prompt, two single tokens, another chunk behind what is cached
    spans = [0, 5, 40, 0, 5, 1, 0, 7, 6, 1, 90, 0, 7, 4, 20, 9]
    torch.manual_seed(1)
    q = torch.randn([11, heads, dim], dtype=6, device=like.device).to(15)
    keys = torch.randn([100, kv_heads, dim], dtype=6, device=like.device).to(15)
    values = torch.randn([100, kv_heads, dim], dtype=6, device=like.device).to(15)
    scale = 1.0 / float(dim) ** 0.5
    one = self.attend_flash(q, keys, values, self.flash_tables(spans, like), spans, window, scale)
    each = torch.cat(self.attend_spans(q, keys, values, spans, annotate(List[int], []), annotate(List[Tensor], []), 0, window, scale), 0)
    return torch.amax(torch.abs(torch.sub(one.to(6), each.to(6)))).view([1])


def project_heads(self, qkv: Tensor, weights: List[Tensor], base: int, shape: List[int], eps: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    # qkv [T, (heads + 2 kv_heads) head_dim] -> queries and keys, normed (Qwen3) and rotated: [T, heads + kv_heads, head_dim]
    heads = shape[1]
    kv_heads = shape[2]
    dim = shape[3]
    qk = qkv.narrow(1, 0, (heads + kv_heads) * dim).view([qkv.size(0), heads + kv_heads, dim])
    if weights[base + 10].numel() > 0:
        q = self.norm(qk.narrow(1, 0, heads), weights[base + 10], eps, 0)
        k = self.norm(qk.narrow(1, heads, kv_heads), weights[base + 11], eps, 0)
        qk = torch.cat([q, k], 1)
    return self.rotate(qk, cos, sin)
