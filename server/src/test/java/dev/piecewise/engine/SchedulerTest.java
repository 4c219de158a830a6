package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes into a step, step by step. */
@Timeout(20)
final class SchedulerTest {
    private final List<Sequence> ended = new ArrayList<>();
    private final List<Sequence> submitted = new ArrayList<>();
    private FakeModel model = new FakeModel(TestEngine.VOCABULARY, 1000, 500, 16);
    private TestEngine.Counts counts = new TestEngine.Counts();
    private Scheduler scheduler = scheduler(new EngineLimits(8, 16, 0, 4, true, 8));

    @AfterEach
    void everythingIsAccountedFor() {
        scheduler.books().audit();
        while (!step().spans().isEmpty()) {
            scheduler.books().audit();
        }
        assertThat(ended).containsExactlyInAnyOrderElementsOf(submitted);
        assertThat(scheduler.books().places().usedPlaces()).isZero();
        assertThat(scheduler.books().slots().active()).isZero();
        assertThat(model.violations).isEmpty();
    }

    @Test
    void aLongPromptComesInChunksAndOnlyTheLastOneIsSampled() {
        submit(Requests.counting(0, 40).max(1));

        assertThat(lengths(step())).containsExactly(16);
        assertThat(lengths(step())).containsExactly(16);
        Batch last = step();
        assertThat(lengths(last)).containsExactly(8);
        assertThat(last.spans().getFirst().sample()).isNotNull();
        assertThat(model.steps.stream().filter(batch -> batch.spans().getFirst().sample() == null))
                .hasSize(2);
    }

    @Test
    void tokensOfRunningSequencesComeFirstThenPromptsThenNewSequences() {
        submit(Requests.of(1, 2, 3).max(20));
        submit(Requests.of(4, 5, 6).max(20));
        assertThat(lengths(step())).containsExactly(3, 3);
        submit(Requests.counting(10, 30).max(2));
        assertThat(lengths(step())).containsExactly(1, 1, 14);
        submit(Requests.counting(20, 5).max(2));
        assertThat(lengths(step())).containsExactly(1, 1, 14);
        assertThat(lengths(step())).containsExactly(1, 1, 2, 5);
        assertThat(lengths(step())).containsExactly(1, 1, 1, 1);
    }

    @Test
    void besideSequencesThatDecodePromptsComeAtAPaceThatStepsAllow() {
        scheduler = scheduler(new EngineLimits(8, 64, 0, 4, true, 8).withItlStretch(2));
        submit(Requests.counting(5, 50).max(30).user("a"));
        assertThat(lengths(step())).containsExactly(50);
        submit(Requests.counting(10, 32).max(2).user("b"));
        assertThat(lengths(step())).containsExactly(1);
        assertThat(lengths(step())).containsExactly(1, 6);
        submit(Requests.counting(20, 2).max(2).user("c"));
        submit(Requests.counting(30, 2).max(2).user("d"));
        assertThat(lengths(step())).containsExactly(1, 6);
        assertThat(lengths(step())).containsExactly(1, 6);
        assertThat(lengths(step())).containsExactly(1, 6);
        assertThat(lengths(step())).as("what it takes without").containsExactly(1);
        assertThat(lengths(step())).containsExactly(1, 6);
        assertThat(lengths(step())).containsExactly(1, 2, 2, 2);
    }

    @Test
    void onlySoManySequencesRunAtOnce() {
        for (int i = 0; i < 12; i++) {
            submit(Requests.of(i).max(3));
        }
        assertThat(lengths(step())).hasSize(8);
        step();
        step();
        assertThat(lengths(step())).hasSize(4);
    }

    @Test
    void whenThePlacesAreFullTheYoungestGoesAndComesBackFirst() {
        model = new FakeModel(TestEngine.VOCABULARY, 60, 60, 0);
        scheduler = scheduler(new EngineLimits(4, 60, 0, 0, true, 4));
        Sequence oldest = submit(Requests.counting(0, 16).max(40).user("a"));
        Sequence middle = submit(Requests.counting(1, 16).max(20).user("b"));
        Sequence youngest = submit(Requests.counting(2, 16).max(20).user("c"));
        step();
        assertThat(scheduler.books().running()).hasSize(3);
        while (counts.preempted.get() == 0) {
            step();
        }
        assertThat(youngest.state()).isEqualTo(Sequence.State.PREEMPTED);
        Sequence later = submit(Requests.counting(3, 10).max(4).user("d"));
        while (oldest.state() == Sequence.State.RUNNING) {
            step();
            assertThat(oldest.state()).isNotEqualTo(Sequence.State.PREEMPTED);
            if (middle.state() == Sequence.State.PREEMPTED || youngest.state() == Sequence.State.PREEMPTED) {
                assertThat(later.state()).isEqualTo(Sequence.State.WAITING);
            }
        }
        assertThat(oldest.completionTokens()).isEqualTo(40);
    }

    @Test
    void aPreemptedSequenceThatIsCancelledIsGone() {
        model = new FakeModel(TestEngine.VOCABULARY, 40, 40, 8);
        scheduler = scheduler(new EngineLimits(4, 40, 0, 2, true, 4));
        submit(Requests.counting(0, 12).max(20).user("a"));
        Sequence youngest = submit(Requests.counting(2, 12).max(20).user("c").adapter("x", 8));
        while (youngest.state() != Sequence.State.PREEMPTED) {
            step();
        }
        assertThat(scheduler.books().slots().active()).isEqualTo(1);
        scheduler.cancel(youngest);
        scheduler.books().audit();
        assertThat(scheduler.books().slots().active()).isZero();
        scheduler.cancel(youngest);
    }

    @Test
    void aLargePromptIsNotOvertakenWhileItWaitsForPlaces() {
        model = new FakeModel(TestEngine.VOCABULARY, 100, 100, 0);
        scheduler = scheduler(new EngineLimits(8, 16, 0, 0, true, 8));
        for (int i = 0; i < 4; i++) {
            submit(Requests.counting(i, 10).max(10).user("small"));
        }
        step();
        Sequence large = submit(Requests.counting(40, 80).max(10).user("large"));
        step();
        List<Sequence> later = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            later.add(submit(Requests.counting(i, 10).max(10).user("small")));
        }
        while (large.state() == Sequence.State.WAITING) {
            step();
        }
        assertThat(later.stream().filter(sequence -> sequence.state() != Sequence.State.WAITING))
                .isEmpty();
    }

    @Test
    void oneUserWithAThousandRequestsDelaysAnotherByOne() {
        for (int i = 0; i < 1000; i++) {
            submit(Requests.of(i % 50, 1).max(3).user("many"));
        }
        for (int i = 0; i < 20; i++) {
            step();
        }
        int before = counts.admitted.get();
        Sequence other = submit(Requests.of(7, 8, 9).user("other"));
        while (other.state() == Sequence.State.WAITING) {
            step();
        }
        List<Sequence> admittedSince = submitted.stream()
                .filter(sequence -> sequence.age() > before && sequence.age() < other.age())
                .toList();
        assertThat(admittedSince).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void usersGetEqualSharesHoweverManyRequestsTheyHave() {
        for (int i = 0; i < 300; i++) {
            submit(Requests.of(i % 50, 1).max(1 + i % 7).user("many"));
            if (i % 3 == 0) {
                submit(Requests.counting(i, 40).max(20).user("long"));
            }
        }
        for (int i = 0; i < 150; i++) {
            step();
        }
        assertThat(tokensOf("long")).isCloseTo(tokensOf("many"), withPercentage(30));
    }

    @Test
    void anAdapterWithoutColumnsIsPassedOverButNotForEver() {
        scheduler = scheduler(new EngineLimits(3, 16, 0, 4, true, 8));
        submit(Requests.of(1).max(10).adapter("a", 8).user("a"));
        submit(Requests.of(2).max(10).adapter("b", 8).user("b"));
        step();
        Sequence blocked = submit(Requests.of(3).max(5).adapter("c", 16).user("c"));
        for (int i = 0; i < 100; i++) {
            submit(Requests.of(i % 50)
                    .max(10)
                    .adapter(i % 2 == 0 ? "a" : "b", 8)
                    .user("ab"));
        }
        Sequence plain = submit(Requests.of(9).max(2).user("plain"));
        int steps = 0;
        while (blocked.state() == Sequence.State.WAITING) {
            step();
            steps++;
        }
        assertThat(plain.state()).isEqualTo(Sequence.State.ENDED);
        long overtook = submitted.stream()
                .filter(sequence -> sequence.age() > 2 && sequence.age() < blocked.age())
                .filter(sequence -> sequence.adapter() != null)
                .count();
        assertThat(overtook).isBetween(1L, 16L);
        assertThat(steps).isLessThan(120);
        assertThat(counts.slotWaits.get()).isPositive();
    }

    @Test
    void aClaimOnColumnsEndsWithItsSequence() {
        scheduler = scheduler(new EngineLimits(3, 16, 0, 4, true, 8));
        submit(Requests.of(1).max(100).adapter("a", 8).user("a"));
        step();
        Sequence blocked = submit(Requests.of(3).max(5).adapter("c", 16).user("c"));
        step();
        scheduler.cancel(blocked);
        Set<Sequence> others = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            others.add(submit(Requests.of(i).max(1).adapter("b", 8).user("b")));
        }
        for (int i = 0; i < 60; i++) {
            step();
        }
        assertThat(others).allMatch(sequence -> sequence.state() == Sequence.State.ENDED);
    }

    private Scheduler scheduler(EngineLimits limits) {
        counts = new TestEngine.Counts();
        return new Scheduler(model, limits, counts, new Masks(() -> {}), (sequence, last) -> {
            ended.add(sequence);
            sequence.generation().put(last);
        });
    }

    private Sequence submit(Requests request) {
        Sequence sequence = new Sequence(request.request(), cancelled -> {});
        submitted.add(sequence);
        scheduler.add(sequence);
        return sequence;
    }

    private Batch step() {
        Step step = scheduler.next();
        if (step == null) {
            return new Batch(List.of());
        }
        scheduler.complete(step, model.run(step.batch()));
        int prompts = lengths(step.batch()).stream()
                .filter(length -> length > 1)
                .mapToInt(length -> length)
                .sum();
        scheduler.took(step, 0.1 + 0.0095 * prompts);
        return step.batch();
    }

    private static List<Integer> lengths(Batch batch) {
        return batch.spans().stream().map(Span::length).toList();
    }

    private int tokensOf(String user) {
        return submitted.stream()
                .filter(sequence -> sequence.request().user().equals(user))
                .filter(sequence -> sequence.state() != Sequence.State.WAITING)
                .mapToInt(sequence -> sequence.tokens().length())
                .sum();
    }
}
