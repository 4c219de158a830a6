package dev.piecewise.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What routes ask of a key. */
final class AccessTest {
    @ParameterizedTest
    @CsvSource({
        "POST, /v1/completions, INFERENCE",
        "POST, /v1/chat/completions, INFERENCE",
        "DELETE, /v1/responses/:id, INFERENCE",
        "GET, /v1/models/:model, INFERENCE",
        "GET, /v1/users, USERS",
        "POST, /v1/users/:user/plan, USERS",
        "GET, /v1/pools/:pool, USERS",
        "DELETE, /v1/pools/:pool/sharers/:sharer, ADMIN",
        "POST, /v1/admin/keys, ADMIN",
        "GET, /metrics, OPERATOR",
        "GET, /v1/usersandmore, OPERATOR",
        "GET, /what/nobody/thought/of, OPERATOR",
        "GET, /health/ready, OPEN",
        "GET, /console/:file, OPEN",
        "GET, /, OPEN"
    })
    void aRouteAsksForTheRoleThatItIsForAndAForgottenOneForTheOperators(String method, String path, Access access) {
        assertThat(Access.of(method, path)).isEqualTo(access);
    }
}
