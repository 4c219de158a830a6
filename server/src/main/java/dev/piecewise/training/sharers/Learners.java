package dev.piecewise.training.sharers;

import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.error.ServingException;
import dev.piecewise.training.ExampleReader;
import dev.piecewise.training.Learner;
import java.util.List;
import java.util.Map;

/** What sharers learn from: each item of their histories once, without context. */
final class Learners {
    private Learners() {}

    static List<Learner> of(List<SharerRun.Sharer> sharers, List<UserHistory> users, ExampleReader reader) {
        return sharers.stream()
                .map(sharer -> history(sharer, users))
                .map(user -> Learner.of(user.user(), user.items(), reader, "users"))
                .toList();
    }

    private static UserHistory history(SharerRun.Sharer sharer, List<UserHistory> users) {
        UserHistory user = users.stream()
                .filter(one -> one.user().equals(sharer.id()))
                .findFirst()
                .orElseThrow(() -> ServingException.invalid(
                        "users", "sharer \"%s\" is not among the users".formatted(sharer.id())));
        if (user.items().size() != sharer.items()) {
            throw ServingException.invalid(
                    "users",
                    "user \"%s\" has %d items; the adapter was trained from %d"
                            .formatted(user.user(), user.items().size(), sharer.items()));
        }
        return user;
    }

    static <T> T result(Map<String, T> results, SharerRun.Sharer sharer) {
        T result = results.get(sharer.id());
        if (result == null) {
            throw new IllegalStateException("nothing was trained for " + sharer.id());
        }
        return result;
    }
}
