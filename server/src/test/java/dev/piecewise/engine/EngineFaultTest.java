package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine knows when its model does not run at all. */
@Timeout(20)
final class EngineFaultTest {
    @Test
    void tellsThatNothingRunsUntilSomethingDoes() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.run(Requests.of(1));
            assertThat(engine.engine.fault()).isEmpty();

            engine.model.fails = batch -> true;
            for (int i = 0; i < 5; i++) {
                assertThat(engine.engine.fault()).isEmpty();
                assertThat(engine.run(Requests.of(1)).last()).isInstanceOf(TokenEvent.Failed.class);
            }
            assertThat(engine.engine.fault())
                    .hasValueSatisfying(fault -> assertThat(fault).contains("the model does not run", "5"));

            engine.model.fails = batch -> false;
            engine.run(Requests.of(1));
            assertThat(engine.engine.fault()).isEmpty();
        }
    }

    @Test
    void failuresOfOneUserAmongOthersAreNotTheDevices() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            engine.model.fails = batch -> batch.spans().stream().anyMatch(span -> span.tokens()[0] == 13);
            for (int i = 0; i < 10; i++) {
                assertThat(engine.run(Requests.of(13)).last()).isInstanceOf(TokenEvent.Failed.class);
                engine.run(Requests.of(1));
            }
            assertThat(engine.engine.fault()).isEmpty();
        }
    }

    @Test
    void isTriedAgainAfterAWhile() {
        RunHealth health = new RunHealth();
        for (int i = 0; i < 7; i++) {
            health.failed(-5);
        }
        assertThat(health.fault(-5 + Duration.ofSeconds(30).toNanos())).isPresent();
        assertThat(health.fault(-4 + Duration.ofSeconds(30).toNanos())).isEmpty();
        health.failed(Duration.ofSeconds(31).toNanos());
        assertThat(health.fault(Duration.ofSeconds(32).toNanos())).isPresent();
    }
}
