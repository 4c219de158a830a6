package dev.piecewise.training.sharers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KMeansTest {
    private static final int EACH = 30;

    /** So many points around each of these centres, one centre after the other. */
    private static List<float[]> clouds(float[]... centres) {
        Random random = new Random(3);
        List<float[]> points = new ArrayList<>();
        for (float[] centre : centres) {
            for (int i = 0; i < EACH; i++) {
                float[] point = centre.clone();
                for (int d = 0; d < point.length; d++) {
                    point[d] += (float) (0.3 * random.nextGaussian());
                }
                points.add(point);
            }
        }
        return points;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 99})
    void findsCloudsThatLieApart(long seed) {
        List<float[]> points =
                clouds(new float[] {0, 0, 0}, new float[] {5, 0, 0}, new float[] {0, 5, 0}, new float[] {5, 5, 9});
        int[] clusters = KMeans.clusters(points, 4, seed);
        for (int cloud = 0; cloud < 4; cloud++) {
            int[] members = Arrays.copyOfRange(clusters, cloud * EACH, (cloud + 1) * EACH);
            assertThat(members).containsOnly(members[0]);
        }
        assertThat(Arrays.stream(clusters).distinct().count()).isEqualTo(4);
        assertThat(KMeans.clusters(points, 4, seed)).isEqualTo(clusters);
    }

    @Test
    void everyPointIsNearestToItsOwnCentre() {
        Random random = new Random(8);
        List<float[]> points = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            points.add(new float[] {random.nextFloat(), random.nextFloat()});
        }
        int[] clusters = KMeans.clusters(points, 7, 1);
        double[][] centres = new double[7][2];
        int[] sizes = new int[7];
        for (int i = 0; i < clusters.length; i++) {
            sizes[clusters[i]]++;
            centres[clusters[i]][0] += points.get(i)[0];
            centres[clusters[i]][1] += points.get(i)[1];
        }
        for (int i = 0; i < clusters.length; i++) {
            double own = distance(points.get(i), centres[clusters[i]], sizes[clusters[i]]);
            for (int c = 0; c < 7; c++) {
                assertThat(own).isLessThanOrEqualTo(distance(points.get(i), centres[c], sizes[c]) + 1e-9);
            }
        }
    }

    private static double distance(float[] point, double[] sum, int size) {
        return Math.hypot(point[0] - sum[0] / size, point[1] - sum[1] / size);
    }

    @Test
    void needsNoMoreClustersThanThereArePoints() {
        List<float[]> three = List.of(new float[] {1}, new float[] {2}, new float[] {9});
        assertThat(KMeans.clusters(three, 50, 0)).containsExactlyInAnyOrder(0, 1, 2);
        List<float[]> same = List.of(new float[] {1}, new float[] {1}, new float[] {1});
        assertThat(KMeans.clusters(same, 2, 0)).containsOnly(0);
        assertThatThrownBy(() -> KMeans.clusters(List.of(), 2, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
