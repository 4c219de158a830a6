package dev.piecewise.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ServingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose user a key names. */
final class TenantTest {
    private static final Tenant ACME = new Tenant("acme");

    @ParameterizedTest
    @ValueSource(strings = {"", "ann", "acme", "a b/é", "default"})
    void aKeySaysWhoseUserItIsAndWhatTheUserIsCalled(String name) {
        for (Tenant tenant : new Tenant[] {Tenant.DEFAULT, ACME, new Tenant("acme-2")}) {
            assertThat(Tenant.of(tenant.key(name))).isEqualTo(tenant);
            assertThat(Tenant.nameIn(tenant.key(name))).isEqualTo(name);
            assertThat(Tenant.isNobody(tenant.key(name))).isEqualTo(name.isEmpty());
        }
        assertThat(Tenant.DEFAULT.key(name)).isEqualTo(name);
    }

    @Test
    void noNameIsAnotherTenantsKey() {
        assertThatThrownBy(() -> Tenant.DEFAULT.key(ACME.key("ann")))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("control characters");
        assertThatThrownBy(() -> new Tenant("acme").key("b\u0001c")).isInstanceOf(ServingException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Acme", "a b", "-a", "é", "a\u0001b"})
    void aTenantsNameIsPlain(String id) {
        assertThatThrownBy(() -> new Tenant(id))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("a tenant's name");
    }
}
