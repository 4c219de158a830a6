package dev.piecewise.model;

import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.util.List;

/** Projections that read the same input and are one matrix on the device; in the script's order. */
enum ProjectionGroup {
    QKV(0, 0, 0, Projection.Q, Projection.K, Projection.V),
    OUT(1, 3, 2, Projection.O),
    GATE_UP(2, 4, 3, Projection.GATE, Projection.UP),
    DOWN(3, 6, 4, Projection.DOWN);

    /** Groups of a layer. */
    static final int COUNT = 4;
    /** Projections of a layer. */
    static final int PROJECTIONS = 7;
    /** Runs of a layer: neighbours of a group that are equally wide for any model. */
    static final int RUNS = 5;

    private final int index;
    private final int first;
    private final int firstRun;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<Projection> members;

    ProjectionGroup(int index, int first, int firstRun, Projection... members) {
        this.index = index;
        this.first = first;
        this.firstRun = firstRun;
        this.members = List.of(members);
    }

    /** Where the script's lists by group hold this group of a layer. */
    int at(int layer) {
        return layer * COUNT + index;
    }

    /** Where the script's lists by projection hold a site. */
    static int at(Site site) {
        ProjectionGroup group = of(site.projection());
        return site.layer() * PROJECTIONS + group.first + group.members.indexOf(site.projection());
    }

    /** The runs of this group, each with its projections. */
    List<List<Projection>> runs() {
        return this == QKV ? List.of(List.of(Projection.Q), List.of(Projection.K, Projection.V)) : List.of(members);
    }

    /** Where the script's lists by run hold this group's run of a layer. */
    int at(int layer, int run) {
        return layer * RUNS + firstRun + run;
    }

    /** Index of the run that this projection of the group is in. */
    int runOf(Projection projection) {
        return runs().size() == 1 || projection == Projection.Q ? 0 : 1;
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
