package dev.piecewise.gateway;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Plan;
import dev.piecewise.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A store that forgets at the end of the test. */
final class MemoryStore implements Store {
    static final Instant CREATED = Instant.ofEpochSecond(1_700_000_000);

    private final NavigableMap<String, List<HistoryItem>> histories = new TreeMap<>();
    private final NavigableMap<String, Plan> plans = new TreeMap<>();
    private boolean broken;

    synchronized void breakDown(boolean nowBroken) {
        broken = nowBroken;
    }

    @Override
    public synchronized boolean putUser(String id) {
        return histories.putIfAbsent(id, new ArrayList<>()) == null;
    }

    @Override
    public synchronized Optional<User> user(String id) {
        return Optional.ofNullable(histories.get(id))
                .map(items -> new User(
                        id,
                        CREATED,
                        items.size(),
                        Optional.ofNullable(plans.get(id)).map(Plan::created)));
    }

    @Override
    public synchronized List<User> users(String after, int limit) {
        return histories.tailMap(after, false).keySet().stream()
                .limit(limit)
                .map(id -> user(id).orElseThrow())
                .toList();
    }

    @Override
    public synchronized Optional<Erased> deleteUser(String id) {
        List<HistoryItem> items = histories.remove(id);
        return Optional.ofNullable(items).map(erased -> new Erased(erased.size(), plans.remove(id) != null));
    }

    @Override
    public synchronized Appended append(String user, List<HistoryItem> items) {
        List<HistoryItem> history = histories.computeIfAbsent(user, id -> new ArrayList<>());
        int stored = 0;
        for (HistoryItem item : items) {
            if (item.id() == null
                    || history.stream().noneMatch(there -> item.id().equals(there.id()))) {
                history.add(item);
                stored++;
            }
        }
        return new Appended(stored, items.size() - stored, history.size());
    }

    @Override
    public synchronized List<HistoryItem> history(String user, long offset, int limit) {
        return histories.getOrDefault(user, List.of()).stream()
                .skip(offset)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<HistoryItem> newest(String user, int limit) {
        List<HistoryItem> items = histories.getOrDefault(user, List.of());
        return List.copyOf(items.subList(Math.max(0, items.size() - limit), items.size()));
    }

    @Override
    public synchronized int clearHistory(String user) {
        List<HistoryItem> items = histories.computeIfAbsent(user, id -> new ArrayList<>());
        int cleared = items.size();
        items.clear();
        return cleared;
    }

    @Override
    public synchronized void putPlan(String user, Plan plan) {
        plans.put(user, plan);
    }

    @Override
    public synchronized Optional<Plan> plan(String user) {
        return Optional.ofNullable(plans.get(user));
    }

    @Override
    public synchronized boolean healthy() {
        return !broken;
    }

    @Override
    public void close() {}
}
