package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.grammar.GrammarSpec.Regex;
import dev.piecewise.text.TinyTokenizers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Difficult computations leave room for easy ones. */
@Timeout(30)
final class SlicesTest {
    private final Slices slices = new Slices(1, Duration.ZERO);

    @Test
    void anEasyComputationIsDoneBeforeDifficultOnesEnd() throws Exception {
        AtomicBoolean answered = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(20);
        List<FutureTask<Integer>> difficult = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            difficult.add(start(turn -> {
                begun.countDown();
                return untilSet(answered, turn);
            }));
        }
        begun.await();
        slices.run(turn -> {
            answered.set(true);
            return 0;
        });
        for (FutureTask<Integer> one : difficult) {
            one.get();
        }
    }

    /** There is always one that has not begun: each of them starts another before it ends. */
    @Test
    void aStreamOfEasyOnesDoesNotStopADifficultOne() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Integer> difficult = start(turn -> {
            startChain(done);
            IntStream.range(0, 50).forEach(step -> turn.pause());
            done.set(true);
            return 0;
        });
        difficult.get();
    }

    private void startChain(AtomicBoolean done) {
        Thread next = Thread.ofVirtual()
                .start(() -> slices.run(turn -> {
                    if (!done.get()) {
                        startChain(done);
                    }
                    return 0;
                }));
        while (next.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void noMoreComputeAtATimeThanThereAreCores() throws Exception {
        Slices two = new Slices(2, Duration.ZERO);
        AtomicInteger computing = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<FutureTask<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            tasks.add(start(() -> two.run(turn -> {
                for (int step = 0; step < 100; step++) {
                    most.accumulateAndGet(computing.incrementAndGet(), Math::max);
                    computing.decrementAndGet();
                    turn.pause();
                }
                return 0;
            })));
        }
        for (FutureTask<Integer> task : tasks) {
            task.get();
        }
        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void anInterruptedComputationEndsAndItsCoreIsFreeAgain() throws Exception {
        AtomicBoolean never = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(2);
        List<Thread> threads = new ArrayList<>();
        List<FutureTask<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            FutureTask<Integer> task = new FutureTask<>(() -> slices.run(turn -> {
                begun.countDown();
                return untilSet(never, turn);
            }));
            tasks.add(task);
            threads.add(Thread.ofVirtual().start(task));
        }
        begun.await();
        threads.forEach(Thread::interrupt);
        for (int i = 0; i < 3; i++) {
            threads.get(i).join();
            assertThat(tasks.get(i).exceptionNow()).isInstanceOf(CancellationException.class);
        }
        assertThat(slices.<Integer>run(turn -> 7)).isEqualTo(7);
    }

    /** The difficult ones take seconds, and get every other slice at most. */
    @Test
    void anEasyGrammarIsAnsweredBesideManyDifficultOnes(@TempDir Path directory) throws Exception {
        Grammars grammars = new Grammars(TinyTokenizers.byteFallback(directory), Set.of());
        grammars.constraint(new Regex("guided_regex", "warm"));
        List<Thread> threads = new ArrayList<>();
        List<FutureTask<Integer>> difficult = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Regex pattern = new Regex("guided_regex", "([a-z]|[a-m ]){4000}x%d".formatted(i));
            FutureTask<Integer> task = new FutureTask<>(() -> tokensUpToTheEnd(grammars.constraint(pattern)));
            difficult.add(task);
            threads.add(Thread.ofVirtual().start(task));
        }
        assertThat(grammars.constraint(new Regex("guided_regex", "[ab]{2}c")).allowed())
                .isNotEmpty();
        assertThat(difficult).noneMatch(FutureTask::isDone);
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static int tokensUpToTheEnd(TokenConstraint start) {
        TokenConstraint at = start;
        int tokens = 0;
        while (!at.mustEnd()) {
            at = at.after(RandomWriter.allowed(at.allowed())[0]);
            tokens++;
        }
        return tokens;
    }

    private static int untilSet(AtomicBoolean flag, Slices.Turn turn) {
        int pauses = 0;
        while (!flag.get()) {
            turn.pause();
            pauses++;
        }
        return pauses;
    }

    private FutureTask<Integer> start(Function<Slices.Turn, Integer> computation) {
        return start(() -> slices.run(computation));
    }

    private static FutureTask<Integer> start(Callable<Integer> computation) {
        FutureTask<Integer> task = new FutureTask<>(computation);
        Thread.ofVirtual().start(task);
        return task;
    }
}
