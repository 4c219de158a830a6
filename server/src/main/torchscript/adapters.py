# Low-rank updates on top of the base's linear layers.
# Bank (slots): per layer and group A, flat: the columns [c, c + rank) of a slot are its [in, members * rank] at c * members * in; per layer and run of equally
#   wide projections B [members, columns, out]; empty where nothing is adapted.
# Pool: per layer and group A [members * sharers * rank, in], per layer and projection B [out, sharers * rank], both packed like the base's weights.
# Groups of projections that read the same input: 0 = q k v, 1 = o, 2 = gate up, 3 = down; runs: 0 = q, 1 = k v, 2 = o, 3 = gate up, 4 = down;
# projections 0..6 in this order.


# Segments of rows with adapters in slots: (row, rows, column, rank, shared, bare) each.
#   shared 0: all rows use the columns [column, column + rank); 1: each row the slot of this rank that `slots` names;
#   bare 1: some rows of a shared segment have no adapter (`bare` says which)
# Rows that share a segment are looked up like words of an embedding: a row of A or B is a row of the table, x or h are their weights, a bag is what one row of x
# sums up. A bag reads its own slot alone, at the speed of memory, and comes out the same whoever else is in the batch.


def lookups(self, segments: List[int], slots: Tensor, bare: Tensor, columns: int, shape: List[int]) -> List[Tensor]:
    # per shared segment: indices and offsets into A for the inputs of group 0 and 2, 1, 3; into B for runs of one and of two members; the bare rows [rows, 1]
    tables = annotate(List[Tensor], [])
    for s in range(len(segments) // 6):
        if segments[s * 6 + 4] == 1:
            rows = segments[s * 6 + 1]
            rank = segments[s * 6 + 3]
            own = slots.narrow(0, segments[s * 6], rows).to(3).unsqueeze(1)
            tile = torch.floor_divide(own, rank)
            for width in [shape[4], shape[1] * shape[3], shape[5]]:
                inner = torch.arange(width, dtype=3, device=slots.device)
                tables.append(torch.add(torch.mul(tile, width), inner).view([-1]))
                tables.append(torch.mul(torch.arange(rows, dtype=3, device=slots.device), width))
            inner = torch.arange(rank, dtype=3, device=slots.device)
            one = torch.add(own, inner)
            tables.append(one.view([-1]))
            tables.append(torch.mul(torch.arange(rows, dtype=3, device=slots.device), rank))
            tables.append(torch.stack([one, torch.add(one, columns)], 1).view([-1]))
            tables.append(torch.mul(torch.arange(2 * rows, dtype=3, device=slots.device), rank))
            tables.append(torch.gt(bare.narrow(0, segments[s * 6], rows), 0).unsqueeze(1))
    return tables


def bags(self, table: Tensor, indices: Tensor, offsets: Tensor, weights: Tensor) -> Tensor:
    # table [n, width], weights as many as indices -> [bags, width]
    sums, a, b, c = torch.embedding_bag(table, indices, offsets, False, 0, False, weights, False)
    return sums


def shrink_each(self, x: Tensor, a: Tensor, members: int, segment: List[int], indices: Tensor, offsets: Tensor) -> Tensor:
    # x [rows, in], the bank's A -> [rows, members * rank], each row by its own slot
    width = x.size(1)
    rank = segment[3]
    first = (segment[2] % rank) * members * width
    tile = rank * members * width
    tiles = (a.size(0) - first) // tile
    table = a.narrow(0, first, tiles * tile)
    if x.is_cuda:
        # A bag is summed up one after another there; n - 1 of n multiply-adds of a copy are better.
        slots = torch.floor_divide(torch.index_select(indices, 0, offsets), width)
        return torch.bmm(x.unsqueeze(1), table.view([tiles, width, rank * members]).index_select(0, slots)).squeeze(1)
    return self.bags(table.view([tiles * width, rank * members]), indices, offsets, x.reshape([-1]))


def add_slots(self, y: Tensor, x: Tensor, a: Tensor, bs: List[Tensor], at: int, group: int, segments: List[int], tables: List[Tensor]) -> Tensor:
    # y [T, sum of outs] += per segment of rows its columns' update; bs[at] is the group's first run
    runs = [2, 1, 1, 1][group]
    members = [3, 1, 2, 1][group]
    input = [0, 2, 0, 4][group]
    shared = 0
    for s in range(len(segments) // 6):
        row = segments[s * 6]
        rows = segments[s * 6 + 1]
        column = segments[s * 6 + 2]
        rank = segments[s * 6 + 3]
        inputs = x.narrow(0, row, rows)
        each = segments[s * 6 + 4] == 1
        if each:
            h = self.shrink_each(inputs, a, members, segments[s * 6:s * 6 + 6], tables[shared + input], tables[shared + input + 1])
            if segments[s * 6 + 5] == 1:
                h = h.masked_fill(tables[shared + 10], 0.)
        else:
            h = torch.mm(inputs, a.narrow(0, column * members * x.size(1), rank * members * x.size(1)).view([x.size(1), rank * members]))
        member = 0
        offset = 0
        for run in range(runs):
            b = bs[at + run]
            count = b.size(0)
            width = b.size(2)
            part = h.narrow(1, member * rank, count * rank)
            if each:
                pick = shared + 4 + 2 * count
                update = self.bags(b.view([-1, width]), tables[pick], tables[pick + 1], part.reshape([-1])).view([rows, count * width])
                y.narrow(0, row, rows).narrow(1, offset, count * width).add_(update)
            else:
                for m in range(count):
                    update = torch.mm(part.narrow(1, m * rank, rank), b.select(0, m).narrow(0, column, rank))
                    y.narrow(0, row, rows).narrow(1, offset + m * width, width).add_(update)
            member = member + count
            offset = offset + count * width
        if each:
            shared = shared + 11
    return y


def add_pool(self, y: Tensor, x: Tensor, a: Tensor, bs: List[Tensor], widths: List[int], layer: int, first: int, members: int, gains: Tensor, packed: int) -> Tensor:
    # y [T, sum of outs] += sum over sharers of gain * B A x; gains [T, sites, sharers]
    h = self.linear(x, a, torch.empty([0], dtype=6), packed)
    sharers = gains.size(2)
    columns = h.size(1) // members
    site = layer * 7 + first
    h = torch.mul(h.view([x.size(0), members, sharers, columns // sharers]), gains.narrow(1, site, members).unsqueeze(3)).view([x.size(0), members * columns])
    offset = 0
    for m in range(members):
        width = widths[first + m]
        b = bs[site + m]
        if b.numel() > 0:
            update = self.linear(h.narrow(1, m * columns, columns), b, torch.empty([0], dtype=6), packed)
            y.narrow(1, offset, width).add_(update)
        offset = offset + width
    return y


def adapt(self, y: Tensor, x: Tensor, layer: int, group: int, bank_a: List[Tensor], bank_b: List[Tensor], segments: List[int], tables: List[Tensor], pool_a: List[Tensor], pool_b: List[Tensor], gains: Tensor, shape: List[int]) -> Tensor:
    first = [0, 3, 4, 6][group]
    members = [3, 1, 2, 1][group]
    if len(segments) > 0 and bank_a[layer * 4 + group].numel() > 0:
        y = self.add_slots(y, x, bank_a[layer * 4 + group], bank_b, layer * 5 + [0, 2, 3, 4][group], group, segments, tables)
    if gains.numel() > 0 and pool_a[layer * 4 + group].numel() > 0:
        widths = [shape[1] * shape[3], shape[2] * shape[3], shape[2] * shape[3], shape[4], shape[5], shape[5], shape[4]]
        y = self.add_pool(y, x, pool_a[layer * 4 + group], pool_b, widths, layer, first, members, gains, shape[6])
    return y


def clear_columns(self, bank_a: List[Tensor], bank_b: List[Tensor], columns: List[int]) -> int:
    # columns = [first, count, the bank's]
    for i in range(len(bank_a)):
        if bank_a[i].numel() > 0:
            values = bank_a[i].numel() // columns[2]
            bank_a[i].narrow(0, columns[0] * values, columns[1] * values).zero_()
    for i in range(len(bank_b)):
        if bank_b[i].numel() > 0:
            bank_b[i].narrow(1, columns[0], columns[1]).zero_()
    return 0


def write_site(self, bank_a: List[Tensor], bank_b: List[Tensor], flat: Tensor, site: List[int], columns: List[int]) -> int:
    # flat = A [rank, in], then B [out, rank]; site = [group in bank_a, its members, member, run in bank_b, member of the run, rank, in, out]; columns = [first, count]
    rank = site[5]
    width = site[6]
    column = site[1] * width
    a = bank_a[site[0]].narrow(0, columns[0] * column, columns[1] * column).view([width, site[1], columns[1]])
    values = flat.narrow(0, 0, rank * (width + site[7])).to(a.dtype)
    a.select(1, site[2]).narrow(1, 0, rank).copy_(values.narrow(0, 0, rank * width).view([rank, width]).t().contiguous())
    b = bank_b[site[3]].select(0, site[4])
    b.narrow(0, columns[0], rank).copy_(values.narrow(0, rank * width, site[7] * rank).view([site[7], rank]).t())
    return 0


def pool_down(self, stacks: List[Tensor], packed: int, like: Tensor) -> Tensor:
    # A of a group's projections, each [sharers, rank, in] float32 -> [members * sharers * rank, in] in the base's precision and layout
    parts = annotate(List[Tensor], [])
    for i in range(len(stacks)):
        parts.append(stacks[i].reshape([-1, stacks[i].size(2)]))
    return self.laid_out(torch.cat(parts, 0), packed, like)


def pool_up(self, stack: Tensor, scale: float, packed: int, like: Tensor) -> Tensor:
    # B [sharers, out, rank] float32 -> [out, sharers * rank], scaled
    return self.laid_out(torch.mul(stack.permute([1, 0, 2]).reshape([stack.size(1), -1]), scale), packed, like)


def laid_out(self, w: Tensor, packed: int, like: Tensor) -> Tensor:
    w = w.to(like.device).to(like.dtype)
    if packed == 1:
        return self.pack(w, 16)
    return w
