package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is not accepted, and what the caller is told. */
@Timeout(20)
final class RequestCheckTest {
    @Test
    void whatCanNeverRunIsRefusedAtOnce() throws Exception {
        FakeModel model = new FakeModel(TestEngine.VOCABULARY, 100, 200, 8);
        try (TestEngine engine = new TestEngine(model, new EngineLimits(2, 8, 5, 2, true))) {
            assertThat(engine.engine.maxLength()).isEqualTo(100);
            assertRefused(engine, Requests.of(), ErrorCode.INVALID_REQUEST, "prompt");
            assertRefused(engine, Requests.of(1, 50), ErrorCode.INVALID_REQUEST, "prompt");
            assertRefused(engine, Requests.of(1, 2, -1), ErrorCode.INVALID_REQUEST, "prompt");
            assertRefused(engine, Requests.of(1).max(0), ErrorCode.INVALID_REQUEST, "max_tokens");
            assertRefused(engine, Requests.of(1).max(3).min(4), ErrorCode.INVALID_REQUEST, "min_tokens");
            assertRefused(engine, Requests.counting(0, 101), ErrorCode.CONTEXT_TOO_LONG, "prompt");
            assertRefused(engine, Requests.counting(0, 98).max(4), ErrorCode.CONTEXT_TOO_LONG, "max_tokens");
            assertRefused(engine, Requests.of(1).max(Integer.MAX_VALUE), ErrorCode.CONTEXT_TOO_LONG, "max_tokens");
            assertRefused(engine, Requests.of(1).adapter("wide", 9), ErrorCode.INVALID_REQUEST, "adapter");
            assertRefused(engine, Requests.of(1).scored(), ErrorCode.INVALID_REQUEST, "logprobs");
            assertRefused(engine, Requests.of(1).ends(50), ErrorCode.INVALID_REQUEST, "stop_token_ids");
            assertThat(engine.run(Requests.counting(0, 98).max(3)).tokens()).hasSize(3);
            assertThat(engine.run(Requests.counting(0, 100).max(1)).tokens()).hasSize(1);
            assertThat(engine.run(Requests.of(1).adapter("full", 8)).tokens()).hasSize(4);
        }
    }

    @Test
    void aRefusalNamesIndexAndTokenAndLengths() throws Exception {
        try (TestEngine engine = TestEngine.roomy()) {
            assertThatExceptionOfType(ServingException.class)
                    .isThrownBy(() -> engine.submit(Requests.of(1, 2, 99)))
                    .withMessageContaining("token 2 of the prompt is 99")
                    .withMessageContaining("0 to 49");
            assertThatExceptionOfType(ServingException.class)
                    .isThrownBy(() -> engine.submit(Requests.counting(0, 500).max(100)))
                    .withMessageContaining("512 tokens")
                    .withMessageContaining("600")
                    .withMessageContaining("500 in the prompt");
        }
    }

    private static void assertRefused(TestEngine engine, Requests request, ErrorCode code, @Nullable String param) {
        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(() -> engine.submit(request))
                .satisfies(refusal -> {
                    assertThat(refusal.code()).isEqualTo(code);
                    assertThat(refusal.param().orElse(null)).isEqualTo(param);
                });
    }
}
