package dev.piecewise.model;

import dev.piecewise.checkpoint.Projection;
import java.util.List;

/** Projections that read the same input and are one matrix on the device; in the script's order. */
enum ProjectionGroup {
    QKV(Projection.Q, Projection.K, Projection.V),
    OUT(Projection.O),
    GATE_UP(Projection.GATE, Projection.UP),
    DOWN(Projection.DOWN);

    private final List<Projection> members;

    ProjectionGroup(Projection... members) {
        this.members = List.of(members);
    }

    List<Projection> members() {
        return members;
    }

    static ProjectionGroup of(Projection projection) {
        return switch (projection) {
            case Q, K, V -> QKV;
            case O -> OUT;
            case GATE, UP -> GATE_UP;
            case DOWN -> DOWN;
        };
    }
}
