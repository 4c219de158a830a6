# How much each sharer's pieces would help a user, foretold from what the base model makes of the user's items without any pieces.
# A position of an answer has a state, the last hidden state x [hidden], and an error e [hidden]: the embedding of the token that came less the mean embedding that
# the model expected. forecast = [states [rank, hidden], errors [rank, hidden], weights [sharers, (rank + 1) (rank + 1)]], float32


def answer_states(self, x: Tensor, weights: List[Tensor], shape: List[int], numbers: List[float], asked: Tensor) -> Tensor:
    # x [T, hidden] as it leaves the layers -> [answers, hidden] in the model's precision
    return self.norm(x.index_select(0, asked), weights[1], torch.full([1], numbers[0], dtype=6, device=x.device), shape[13])


def answer_errors(self, states: Tensor, wanted: Tensor, weights: List[Tensor], shape: List[int]) -> Tensor:
    # -> [answers, hidden] float32; in parts that need not hold all logits at once
    embedding = weights[0]
    part = max(64, 4194304 // embedding.size(0))
    errors = annotate(List[Tensor], [])
    for p in range((states.size(0) + part - 1) // part):
        n = min(part, states.size(0) - p * part)
        expected = torch.softmax(self.head(states.narrow(0, p * part, n), weights, shape).to(6), 1)
        came = torch.embedding(embedding, wanted.narrow(0, p * part, n)).to(6)
        errors.append(torch.sub(came, torch.mm(expected.to(embedding.dtype), embedding).to(6)))
    return torch.cat(errors, 0)


def read_answers(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], at: List[int], settings: List[float], ints: Tensor, position_weights: Tensor, lengths: List[int], found: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    # at = -1 for every site; one pass of the base alone -> states [answers, hidden], errors [answers, hidden], positions [answers]
    none = annotate(List[Tensor], [])
    x = self.read_through(weights, shape, windows, numbers, rope, none, at, settings, ints, position_weights, lengths, found)
    asked = torch.nonzero(torch.gt(position_weights, 0.0).to(x.device)).squeeze(1)
    wanted = ints.view([3, -1]).select(0, 0).to(x.device).index_select(0, torch.add(asked, 1))
    states = self.answer_states(x, weights, shape, numbers, asked)
    return states, self.answer_errors(states, wanted, weights, shape), asked


def with_one(self, x: Tensor, directions: Tensor) -> Tensor:
    # [answers, hidden] -> [answers, rank + 1], the last of them 1
    return torch.constant_pad_nd(torch.linear(x.to(6), directions), [0, 1], 1.0)


def answer_rows(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], at: List[int], ints: Tensor, position_weights: Tensor, lengths: List[int]) -> Tensor:
    # -> states and errors [2, answers, hidden]
    none = annotate(List[Tensor], [])
    nothing = annotate(List[float], [])
    states, errors, asked = self.read_answers(weights, shape, windows, numbers, rope, at, nothing, ints, position_weights, lengths, none)
    return torch.stack([states.to(6), errors])


def answer_features(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], at: List[int], ints: Tensor, position_weights: Tensor, lengths: List[int], forecast: List[Tensor]) -> Tensor:
    # position_weights: a mean over each example's answer times 1 / examples -> [examples, (rank + 1) (rank + 1)]
    none = annotate(List[Tensor], [])
    nothing = annotate(List[float], [])
    states, errors, asked = self.read_answers(weights, shape, windows, numbers, rope, at, nothing, ints, position_weights, lengths, none)
    z = self.with_one(states, forecast[0])
    share = torch.mul(position_weights.to(asked.device).index_select(0, asked), float(len(lengths)))
    e = torch.mul(self.with_one(errors, forecast[1]), share.unsqueeze(1))
    features = annotate(List[Tensor], [])
    first = 0
    for i in range(len(lengths)):
        length = lengths[i]
        within = torch.logical_and(torch.ge(asked, first), torch.lt(asked, first + length)).to(6).unsqueeze(1)
        features.append(torch.mm(torch.mul(z, within).t(), e).flatten())
        first = first + length
    return torch.stack(features)


def mean_log_probabilities(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], pool: List[Tensor], at: List[int], settings: List[float], ints: Tensor, position_weights: Tensor, lengths: List[int]) -> Tensor:
    # -> [examples], of each answer's tokens with the pieces that are chosen
    found = annotate(List[Tensor], [])
    x = self.read_through(weights, shape, windows, numbers, rope, pool, at, settings, ints, position_weights, lengths, found)
    asked = torch.nonzero(torch.gt(position_weights, 0.0).to(x.device)).squeeze(1)
    wanted = ints.view([3, -1]).select(0, 0).to(x.device).index_select(0, torch.add(asked, 1)).unsqueeze(1)
    states = self.answer_states(x, weights, shape, numbers, asked)
    part = max(64, 4194304 // weights[0].size(0))
    told = annotate(List[Tensor], [])
    for p in range((states.size(0) + part - 1) // part):
        n = min(part, states.size(0) - p * part)
        logits = self.head(states.narrow(0, p * part, n), weights, shape).to(6)
        told.append(torch.gather(torch.log_softmax(logits, 1), 1, wanted.narrow(0, p * part, n)).squeeze(1))
    share = torch.mul(position_weights.to(asked.device).index_select(0, asked), float(len(lengths)))
    each = torch.zeros([x.size(0)], dtype=6, device=x.device).index_add(0, asked, torch.mul(torch.cat(told, 0), share))
    sums = annotate(List[Tensor], [])
    first = 0
    for i in range(len(lengths)):
        length = lengths[i]
        sums.append(torch.sum(each.narrow(0, first, length), [0]))
        first = first + length
    return torch.stack(sums)


def assemble_foreseen(self, weights: List[Tensor], shape: List[int], windows: List[int], numbers: List[float], rope: List[float], pool: List[Tensor], at: List[int], settings: List[float], ints: Tensor, position_weights: Tensor, lengths: List[int], forecast: List[Tensor]) -> Tensor:
    # settings = [k, temperature, absolute, then for each layer what site scores are multiplied by, and what forecasts are] -> [sites of the pool, 2 k].
    # Every site sees what flows into it in the base alone.
    inputs = annotate(List[Tensor], [])
    none = annotate(List[int], [])
    for i in range(len(at)):
        none.append(-1)
    states, errors, asked = self.read_answers(weights, shape, windows, numbers, rope, none, [0.0], ints, position_weights, lengths, inputs)
    weight = position_weights.to(asked.device).index_select(0, asked).unsqueeze(1)
    met = torch.mm(self.with_one(states, forecast[0]).t(), torch.mul(self.with_one(errors, forecast[1]), weight))
    gains = torch.mv(forecast[2], met.flatten())
    groups = [0, 0, 0, 1, 2, 2, 3]
    found = annotate(List[Tensor], [])
    for i in range(len(at)):
        stack = at[i]
        if stack >= 0:
            input = inputs[(i // 7) * 4 + groups[i % 7]]
            scales = 3 + i // 7 * 2
            scores = torch.mul(torch.mv(pool[stack + 2], input), settings[scales] / float(input.size(0)) ** 0.5)
            scores = torch.abs(scores) if settings[2] == 1.0 else scores
            scores = torch.add(scores, torch.mul(gains, settings[scales + 1]))
            best, chosen = torch.topk(torch.add(scores, pool[stack + 3]), int(settings[0]))
            found.append(torch.cat([chosen.to(6), torch.softmax(torch.div(best, settings[1]), 0)]))
    return torch.stack(found)


def principal(self, rows: Tensor, rank: int) -> Tensor:
    # rows [n, width] -> the directions in which they are largest, [rank, width]
    values, vectors = torch.linalg_eigh(torch.mm(rows.t(), rows))
    return vectors.narrow(1, vectors.size(1) - rank, rank).t().contiguous()


def ridge(self, features: Tensor, targets: Tensor, strength: float) -> Tensor:
    # features [n, width], the last of them 1; targets [n, sharers] -> [sharers, width]. Every feature counts by its deviation; the 1 is not held back.
    n = features.size(0)
    mean = torch.mean(features, [0])
    deviation = torch.add(torch.sqrt(torch.mean(torch.square(torch.sub(features, mean)), [0])), 1e-6)
    x = torch.div(torch.sub(features, mean), deviation)
    level = torch.mean(targets, [0])
    gram = torch.add(torch.mm(x.t(), x), torch.diag(torch.full([x.size(1)], strength * float(n))))
    slopes = torch.div(torch.linalg_solve(gram, torch.mm(x.t(), torch.sub(targets, level))).t(), deviation)
    level = torch.sub(level, torch.mv(slopes, mean))
    last = torch.add(slopes.narrow(1, x.size(1) - 1, 1), level.unsqueeze(1))
    return torch.cat([slopes.narrow(1, 0, x.size(1) - 1), last], 1)


def between_users(self, rows: Tensor, counts: List[int], shrinkage: float, rank: int) -> Tensor:
    # rows [n, width], the users' one behind the other -> [users, rank], distances between which are those between users' means, in deviations around them
    x = torch.div(rows, torch.add(torch.sqrt(torch.mean(torch.square(torch.sub(rows, torch.mean(rows, [0]))), [0])), 1e-6))
    means = annotate(List[Tensor], [])
    around = annotate(List[Tensor], [])
    row = 0
    for i in range(len(counts)):
        own = x.narrow(0, row, counts[i])
        mean = torch.mean(own, [0])
        means.append(mean)
        around.append(torch.sub(own, mean))
        row = row + counts[i]
    rest = torch.cat(around, 0)
    spread = torch.div(torch.mm(rest.t(), rest), float(rows.size(0)))
    ridge = torch.add(torch.mul(torch.mean(spread.diag()), shrinkage), 1e-12)
    variances, directions = torch.linalg_eigh(torch.add(spread, torch.diag(torch.full([x.size(1)], 1.0)) * ridge))
    users = torch.stack(means)
    apart = torch.mm(torch.sub(users, torch.mean(users, [0])), torch.mul(directions, torch.rsqrt(torch.clamp(variances, min=1e-12))))
    values, vectors = torch.linalg_eigh(torch.mm(apart, apart.t()))
    from_last = vectors.size(1) - rank
    return torch.mul(vectors.narrow(1, from_last, rank), torch.sqrt(torch.clamp(values.narrow(0, from_last, rank), min=0.0)))
