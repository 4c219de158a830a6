package dev.piecewise.evaluation;

import java.util.List;
import java.util.SortedMap;

/** Users with a past and with items held out for testing, and what the tasks of these items are. */
public record Dataset(SortedMap<String, Task> tasks, List<Subject> subjects) {
    public Dataset {
        subjects = List.copyOf(subjects);
        for (Subject subject : subjects) {
            for (TestItem test : subject.tests()) {
                if (!tasks.containsKey(test.task())) {
                    throw new IllegalArgumentException("there is no task \"%s\"".formatted(test.task()));
                }
            }
        }
    }

    public Task task(TestItem test) {
        Task task = tasks.get(test.task());
        if (task == null) {
            throw new IllegalArgumentException("there is no task \"%s\"".formatted(test.task()));
        }
        return task;
    }

    /** How many items are held out in all. */
    public int tests() {
        return subjects.stream().mapToInt(subject -> subject.tests().size()).sum();
    }

    /** The first so many users, and of each the first so many items that are held out. */
    public Dataset first(int users, int tests) {
        List<Subject> fewer = subjects.stream()
                .limit(users)
                .map(subject -> new Subject(
                        subject.user(),
                        subject.past(),
                        subject.tests().stream().limit(tests).toList()))
                .toList();
        return new Dataset(tasks, fewer);
    }
}
