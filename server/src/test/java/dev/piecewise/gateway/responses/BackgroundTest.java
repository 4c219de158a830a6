package dev.piecewise.gateway.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever waits for work to begin hears of it in any case, and what the work holds is let go of. */
@Timeout(20)
final class BackgroundTest {
    private static final Consumer<Runnable> THREAD = Thread.ofVirtual()::start;

    private final BlockingQueue<String> done = new LinkedBlockingQueue<>();

    @Test
    void givesWhatItBeganWithAndClosesWhenItHasEnded() throws Exception {
        assertThat(Background.begun(THREAD, () -> "a run", done::add, () -> done.add("closed")))
                .isEqualTo("a run");
        assertThat(List.of(done.take(), done.take())).containsExactly("a run", "closed");
    }

    @Test
    void saysThatItDidNotBegin() throws Exception {
        assertThatThrownBy(() -> Background.begun(
                        THREAD,
                        () -> {
                            throw new IllegalStateException("no run");
                        },
                        done::add,
                        () -> done.add("closed")))
                .hasRootCauseMessage("no run");
        assertThat(done.take()).isEqualTo("closed");
    }

    @Test
    void saysThatItGotNoThread() {
        Consumer<Runnable> none = work -> {
            throw new OutOfMemoryError("no thread");
        };
        assertThatThrownBy(() -> Background.begun(none, () -> "a run", done::add, () -> done.add("closed")))
                .hasMessage("no thread");
        assertThat(new ArrayList<>(done)).containsExactly("closed");
    }
}
