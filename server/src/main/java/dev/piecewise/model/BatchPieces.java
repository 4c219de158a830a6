package dev.piecewise.model;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the spans of a batch take of a resident pool. Made anew only when a batch's plans change. Confined to one thread. */
final class BatchPieces {
    /** Of each span. */
    private final int[] rows;

    private final @Nullable SitePieces[] sites;

    private BatchPieces(List<Span> spans, int sites) {
        this.rows = spans.stream().mapToInt(Span::length).toArray();
        this.sites = new SitePieces[sites];
    }

    /** IllegalArgumentException if gains are not for so many sharers. */
    static BatchPieces of(List<Span> spans, int layers, int sharers) {
        BatchPieces pieces = new BatchPieces(spans, layers * ProjectionGroup.PROJECTIONS);
        int row = 0;
        for (int i = 0; i < spans.size(); i++) {
            if (spans.get(i).adaptation() instanceof Adaptation.Resident resident) {
                ResidentPool.check(resident, sharers);
                for (Map.Entry<Site, float[]> site : resident.gains().entrySet()) {
                    pieces.add(i, row, site.getKey(), site.getValue());
                }
            }
            row += spans.get(i).length();
        }
        return pieces;
    }

    private void add(int span, int row, Site site, float[] gains) {
        int at = ProjectionGroup.at(site);
        for (int sharer = 0; sharer < gains.length; sharer++) {
            if (gains[sharer] != 0) {
                SitePieces pieces = sites[at];
                if (pieces == null) {
                    pieces = new SitePieces(rows.length);
                    sites[at] = pieces;
                }
                pieces.add(span, row, rows[span], sharer, gains[sharer]);
            }
        }
    }

    int spans() {
        return rows.length;
    }

    int rows(int span) {
        return rows[span];
    }

    /** Of the site of this number ({@link ProjectionGroup#firstSite}); null if nobody takes any. */
    @Nullable SitePieces at(int site) {
        return sites[site];
    }

    boolean any(int layer, ProjectionGroup group) {
        int first = group.firstSite(layer);
        for (int member = 0; member < group.members().size(); member++) {
            if (sites[first + member] != null) {
                return true;
            }
        }
        return false;
    }
}
