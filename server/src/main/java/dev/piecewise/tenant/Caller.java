package dev.piecewise.tenant;

import java.util.EnumSet;
import java.util.Set;

/** Who asks, found out once, at the edge. */
public record Caller(String keyId, Tenant tenant, Set<Role> roles, Allowance allowance) {
    /** Everybody, where no keys are asked for. */
    public static final Caller ANYBODY = new Caller("", Tenant.DEFAULT, EnumSet.allOf(Role.class), Allowance.UNLIMITED);

    public Caller {
        roles = Set.copyOf(roles);
    }

    /** The key of the caller's user of this name. */
    public String user(String name) {
        return tenant.key(name);
    }

    /** Whether what concerns every tenant is the caller's business. */
    public boolean isOperator() {
        return tenant.equals(Tenant.DEFAULT) && roles.contains(Role.ADMIN);
    }
}
