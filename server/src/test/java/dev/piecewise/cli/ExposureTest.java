package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.error.ServingException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a server may be open. */
final class ExposureTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "localhost", "::1"})
    void aServerOfThisMachineMayBeOpen(String host) {
        assertThatCode(() -> check("server.host=" + host)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "no such host"})
    void aServerThatOthersReachAsksForKeysUnlessItIsSaidThatItNeedNot(String host) {
        assertThatThrownBy(() -> check("server.host=" + host))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("security.require-keys=true")
                .hasMessageContaining("piecewise keys create")
                .hasMessageContaining("security.allow-open=true");
        assertThatCode(() -> check("server.host=" + host, "security.require-keys=true"))
                .doesNotThrowAnyException();
        assertThatCode(() -> check("server.host=" + host, "security.allow-open=true"))
                .doesNotThrowAnyException();
    }

    private static void check(String... settings) {
        Exposure.check(PiecewiseConfig.load(Optional.empty(), List.of(settings)));
    }
}
