package dev.piecewise.adapter;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * How a device's adapter bank lays out its columns. Per layer and group of projections that read the same input, A of all of them stands side by side, an input's values
 * together; B is cut into chunks of equally many outputs, a rank's values together, so that what one row of a step reads for a chunk lies in one place. Any thread may call.
 *
 * @param shape of the base model
 * @param valueBytes 4 for float32, 2 for bfloat16
 */
public record BankLayout(ModelConfig shape, int valueBytes) {
    /** Sums of so many outputs fit the vector registers of a CPU. */
    private static final int WIDEST_CHUNK = 256;

    private static final int BFLOAT16_BYTES = 2;
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.nativeOrder());
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());

    /** Values of A for each column of a group. */
    public int columnA(ProjectionGroup group) {
        return group.members().size() * shape.in(group.members().getFirst());
    }

    /** Values of B for each column of a group. */
    public int columnB(ProjectionGroup group) {
        return group.members().stream().mapToInt(shape::out).sum();
    }

    /** Outputs of a group that one chunk of B is for; divides the width of each of its projections. */
    public int chunk(ProjectionGroup group) {
        int common = group.members().stream().mapToInt(shape::out).reduce(0, BankLayout::greatestCommonDivisor);
        int width = Math.min(common, WIDEST_CHUNK);
        while (common % width != 0) {
            width--;
        }
        return width;
    }

    /** Columns that one layer's part of a bank can have where it is written through byte buffers, as on the CPU. */
    public int mostColumns() {
        int widest = 0;
        for (ProjectionGroup group : ProjectionGroup.values()) {
            widest = Math.max(widest, Math.max(columnA(group), columnB(group)));
        }
        return (int) (Integer.MAX_VALUE / ((long) widest * valueBytes));
    }

    /** The adapter in this layout: sites that it lacks and columns beyond a site's rank are zero, but groups without any site are left out. */
    public BankImage image(LoraAdapter adapter) {
        return new BankImage(
                adapter.fingerprint(),
                adapter.rank(),
                tiles(adapter.rank(), adapter.sites().keySet(), adapter::factors));
    }

    /** As {@link #image(LoraAdapter)}, of an adapter whose factors come from its file, as many at a time as there are cores. */
    public BankImage image(String fingerprint, PeftAdapter adapter) {
        return new BankImage(fingerprint, adapter.rank(), tiles(adapter.rank(), adapter.sites(), adapter::factors));
    }

    private record Place(int layer, ProjectionGroup group) {}

    private List<BankImage.Tile> tiles(int rank, Set<Site> sites, Function<Site, Factors> read) {
        List<Place> places = new ArrayList<>();
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (ProjectionGroup group : ProjectionGroup.values()) {
                if (touches(sites, layer, group)) {
                    places.add(new Place(layer, group));
                }
            }
        }
        return places.parallelStream()
                .map(place -> tile(rank, place, sites, read))
                .toList();
    }

    private static boolean touches(Set<Site> sites, int layer, ProjectionGroup group) {
        return group.members().stream().anyMatch(projection -> sites.contains(new Site(layer, projection)));
    }

    private BankImage.Tile tile(int rank, Place place, Set<Site> sites, Function<Site, Factors> read) {
        ProjectionGroup group = place.group();
        byte[] a = new byte[rank * columnA(group) * valueBytes];
        byte[] b = new byte[rank * columnB(group) * valueBytes];
        int chunk = chunk(group);
        int firstOutput = 0;
        for (int member = 0; member < group.members().size(); member++) {
            Projection projection = group.members().get(member);
            Site site = new Site(place.layer(), projection);
            if (sites.contains(site)) {
                Factors factors = read.apply(site);
                placeA(factors, a, member * rank, group.members().size() * rank);
                placeB(factors, b, firstOutput, rank, chunk);
            }
            firstOutput += shape.out(projection);
        }
        return new BankImage.Tile(place.layer(), group, a, b);
    }

    /** Transposed, a row of {@code width} values for each input, these from {@code at} on; written in the order in which they lie. */
    private void placeA(Factors factors, byte[] target, int at, int width) {
        float[] values = factors.a();
        for (int input = 0; input < factors.in(); input++) {
            int to = at + input * width;
            for (int from = input; from < values.length; from += factors.in()) {
                put(target, to++, values[from]);
            }
        }
    }

    /** Transposed within each chunk. */
    private void placeB(Factors factors, byte[] target, int firstOutput, int rank, int chunk) {
        float[] values = factors.b();
        int from = 0;
        for (int output = firstOutput; output < firstOutput + factors.out(); output++) {
            int to = output / chunk * chunk * rank + output % chunk;
            for (int column = 0; column < factors.rank(); column++, to += chunk) {
                put(target, to, values[from++]);
            }
        }
    }

    private void put(byte[] target, int index, float value) {
        if (valueBytes == BFLOAT16_BYTES) {
            SHORTS.set(target, index * BFLOAT16_BYTES, bfloat16(value));
        } else {
            FLOATS.set(target, index * Float.BYTES, value);
        }
    }

    /** Rounded to nearest, ties to even; the value is finite. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
