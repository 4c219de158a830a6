package dev.piecewise.training;

import dev.piecewise.error.ServingException;
import dev.piecewise.model.Learnables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Learners in groups that train side by side, those together that take about as many steps. */
final class Groups {
    private final List<List<Member>> groups = new ArrayList<>();
    private final TrainingSettings settings;

    private record Member(Learner learner, ExampleOrder order) {}

    private Groups(TrainingSettings settings) {
        this.settings = settings;
    }

    /** {@code byLength}: batches of examples of about one length. */
    static Groups of(List<Learner> learners, TrainingSettings settings, boolean byLength) {
        Set<String> users = new HashSet<>();
        for (Learner learner : learners) {
            if (!users.add(learner.user())) {
                throw ServingException.invalid("user", "user %s is there twice".formatted(learner.user()));
            }
        }
        List<Member> members = learners.stream()
                .map(learner -> new Member(learner, new ExampleOrder(learner, settings, byLength)))
                .sorted(Comparator.comparingInt(member -> -member.order.steps()))
                .toList();
        Groups groups = new Groups(settings);
        for (int from = 0; from < members.size(); from += settings.sideBySide()) {
            groups.groups.add(members.subList(from, Math.min(members.size(), from + settings.sideBySide())));
        }
        return groups;
    }

    /** Trains one group after the other: {@code each} makes what is to be trained, runs the group and takes the result. */
    void train(@Nullable Checkpoints checkpoints, String key, TrainingListener listener, Consumer<Group> each) {
        int steps = groups.stream()
                .mapToInt(group -> group.getFirst().order.steps())
                .sum();
        Pace pace = new Pace(listener, steps);
        if (checkpoints != null) {
            checkpoints.deleteHalfWritten();
        }
        for (int i = 0; i < groups.size(); i++) {
            TrainingCheckpoint checkpoint =
                    checkpoints == null ? null : new TrainingCheckpoint(checkpoints.file(i), key);
            each.accept(new Group(groups.get(i), checkpoint, pace));
        }
    }

    /** One group, ready to be trained. */
    final class Group {
        private final List<Member> members;
        private final @Nullable TrainingCheckpoint checkpoint;
        private final Pace pace;

        private Group(List<Member> members, @Nullable TrainingCheckpoint checkpoint, Pace pace) {
            this.members = members;
            this.checkpoint = checkpoint;
            this.pace = pace;
        }

        int size() {
            return members.size();
        }

        String user(int number) {
            return members.get(number).learner.user();
        }

        List<String> users() {
            return members.stream().map(member -> member.learner.user()).toList();
        }

        void run(Learnables learnables) {
            List<Learner> learners =
                    members.stream().map(member -> member.learner).toList();
            List<ExampleOrder> orders =
                    members.stream().map(member -> member.order).toList();
            new TrainingRun(learners, orders, settings, learnables, checkpoint).run(pace);
        }
    }
}
