package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.KeyRing;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written down of administrative acts. */
@Timeout(60)
final class AuditTest {
    @Test
    void everyActOfAnAdministratorIsFoundByTheirOwnTenantAndTheOperator() throws Exception {
        try (KeyRing ring = new KeyRing(Clock.systemUTC());
                TestGateway server = TestGateway.serving(ring)) {
            KeyedClient operator = client(server, ring, "default");
            KeyedClient acme = client(server, ring, "acme");
            KeyedClient bells = client(server, ring, "bells");
            acme.post("/v1/users/marker-name/history", "{\"items\":[\"marker-text\"]}");
            assertThat(acme.status("DELETE", "/v1/users/marker-name/history")).isEqualTo(200);
            assertThat(acme.status("DELETE", "/v1/users/marker-name")).isEqualTo(200);
            assertThat(acme.status("DELETE", "/v1/users/nobody")).isEqualTo(404);
            String made = acme.json("POST", "/v1/admin/keys", "{\"roles\":[\"users\"]}")
                    .path("id")
                    .asText();
            assertThat(acme.status("DELETE", "/v1/admin/keys/" + made)).isEqualTo(200);

            JsonNode log = acme.json("GET", "/v1/admin/audit", "");
            assertThat(acts(log)).containsExactly("key.revoke", "key.create", "user.erase", "history.erase");
            assertThat(log.at("/data/0/target").asText()).isEqualTo(made);
            assertThat(log.at("/data/0/key").asText()).startsWith("key_");
            assertThat(log.at("/data/2/target").asText())
                    .isEqualTo(log.at("/data/3/target").asText());
            assertThat(log.toString()).doesNotContain("marker");
            assertThat(acts(bells.json("GET", "/v1/admin/audit", ""))).isEmpty();
            assertThat(acts(operator.json("GET", "/v1/admin/audit?limit=2", "")))
                    .containsExactly("key.revoke", "key.create");
            String before = log.at("/data/1/at").asText();
            assertThat(acts(operator.json("GET", "/v1/admin/audit?before=" + before, "")))
                    .containsExactly("user.erase", "history.erase");
            assertThat(operator.status("GET", "/v1/admin/audit?before=yesterday"))
                    .isEqualTo(400);
        }
    }

    private static List<String> acts(JsonNode log) {
        List<String> acts = new ArrayList<>();
        log.path("data").forEach(entry -> acts.add(entry.path("act").asText()));
        return acts;
    }

    private static KeyedClient client(TestGateway server, KeyRing ring, String tenant) {
        ApiKey.Draft draft = new ApiKey.Draft(new Tenant(tenant), "", EnumSet.allOf(Role.class), Limits.NONE);
        String secret =
                new Keys(server.store.keys(), Clock.systemUTC()).create(draft).secret();
        ring.changed();
        return new KeyedClient(server, secret);
    }
}
