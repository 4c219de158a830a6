package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.util.List;

/** Projections that read the same input and are one matrix on the device; in the device's order. */
public enum ProjectionGroup {
    QKV(0, 0, Projection.Q, Projection.K, Projection.V),
    OUT(1, 3, Projection.O),
    GATE_UP(2, 4, Projection.GATE, Projection.UP),
    DOWN(3, 6, Projection.DOWN);

    /** Groups of a layer. */
    public static final int COUNT = 4;
    /** Projections of a layer. */
    public static final int PROJECTIONS = 7;

    private final int index;
    private final int first;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<Projection> members;

    ProjectionGroup(int index, int first, Projection... members) {
        this.index = index;
        this.first = first;
        this.members = List.of(members);
    }

    /** Where the device's lists by group hold this group of a layer. */
    public int at(int layer) {
        return layer * COUNT + index;
    }

    /** Where the device's lists by projection hold a site. */
    public static int at(Site site) {
        ProjectionGroup group = of(site.projection());
        return group.firstSite(site.layer()) + group.members.indexOf(site.projection());
    }

    /** Where the device's lists by projection hold this group's first one; the others follow. */
    public int firstSite(int layer) {
        return layer * PROJECTIONS + first;
    }

    public List<Projection> members() {
        return members;
    }

    public static ProjectionGroup of(Projection projection) {
        return switch (projection) {
            case Q, K, V -> QKV;
            case O -> OUT;
            case GATE, UP -> GATE_UP;
            case DOWN -> DOWN;
        };
    }
}
