package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.error.ServingException;
import java.util.ArrayList;
import java.util.List;

/** Some of a user's items, as they are read; one at least. */
record UserItems(String user, List<Example> examples) {
    private static final int NEWEST = 50;

    /** So many of each user who has any, spread evenly over the newest 50. INVALID_REQUEST when nobody has. */
    static List<UserItems> of(List<UserHistory> users, int items, ExampleEncoder encoder) {
        List<UserItems> read = users.stream()
                .map(user -> new UserItems(user.user(), spread(user.items(), items, encoder)))
                .filter(user -> !user.examples().isEmpty())
                .toList();
        if (read.isEmpty()) {
            throw ServingException.invalid("users", "no user has an item that anything can be learned from");
        }
        return read;
    }

    private static List<Example> spread(List<HistoryItem> items, int most, ExampleEncoder encoder) {
        List<HistoryItem> newest = items.subList(Math.max(0, items.size() - NEWEST), items.size());
        int count = Math.min(most, newest.size());
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            encoder.encode(newest.get(i * newest.size() / count)).ifPresent(examples::add);
        }
        return examples;
    }
}
