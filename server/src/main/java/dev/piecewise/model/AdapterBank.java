package dev.piecewise.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.ProjectionGroup;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The columns that merged adapters are copied to, one column for each rank, in {@link BankLayout}. A group has no memory until some adapter touches it, and columns
 * hold nothing in particular until one is loaded there: nobody reads them before. Confined to the engine's thread.
 */
final class AdapterBank implements AutoCloseable {
    private final BaseModel base;
    private final BankLayout layout;
    private final int columns;
    private final PtNDArray absent;
    private final HostTensor bytes;
    private final PtNDArray[] a;
    private final PtNDArray[] b;
    private IValue listA;
    private IValue listB;
    /** Where they begin in memory. */
    private long[] addressesA;

    private long[] addressesB;
    /** Behind the last column that an adapter was loaded to. */
    private int reached;

    AdapterBank(BaseModel base, int columns) {
        this.base = base;
        this.layout = base.bankLayout();
        this.columns = columns;
        absent = base.zeros(0);
        bytes = new HostTensor(base.script(), DataType.UINT8, 1024);
        a = new PtNDArray[base.config().layers() * ProjectionGroup.COUNT];
        b = new PtNDArray[a.length];
        Arrays.fill(a, absent);
        Arrays.fill(b, absent);
        listA = IValue.listFrom(a);
        listB = IValue.listFrom(b);
        addressesA = new long[a.length];
        addressesB = new long[b.length];
    }

    /** Whether some adapter has touched this group of a layer. */
    boolean has(int layer, ProjectionGroup group) {
        return a[group.at(layer)].size() > 0;
    }

    /** Where the bank's first column of A begins in memory, as far as operators of our own need it. */
    long addressA(int layer, ProjectionGroup group) {
        return addressesA[group.at(layer)];
    }

    long addressB(int layer, ProjectionGroup group) {
        return addressesB[group.at(layer)];
    }

    IValue a() {
        return listA;
    }

    IValue b() {
        return listB;
    }

    /** Copies the adapter and zeroes what else these columns hold. */
    void load(BankImage adapter, int firstColumn) {
        allocate(adapter);
        clearOthers(adapter, firstColumn);
        reached = Math.max(reached, firstColumn + adapter.rank());
        if (base.onHost()) {
            adapter.tiles().parallelStream().forEach(tile -> write(tile, firstColumn));
        } else {
            send(adapter, firstColumn);
        }
    }

    /** The bank is memory like any other: one copy, by as many threads as there are cores. */
    private void write(BankImage.Tile tile, int firstColumn) {
        int at = tile.group().at(tile.layer());
        write(tile.a(), a[at], firstColumn);
        write(tile.b(), b[at], firstColumn);
    }

    private void write(byte[] values, PtNDArray part, int firstColumn) {
        ByteBuffer memory = part.toByteBuffer(true);
        memory.put(memory.capacity() / columns * firstColumn, values);
    }

    /** A layer at a time, so that what is sent passes through the cache once. */
    private void send(BankImage adapter, int firstColumn) {
        List<BankImage.Tile> tiles = adapter.tiles();
        int from = 0;
        for (int to = 1; to <= tiles.size(); to++) {
            if (to == tiles.size() || tiles.get(to).layer() != tiles.get(from).layer()) {
                send(tiles.subList(from, to), firstColumn, adapter.rank());
                from = to;
            }
        }
    }

    /** The groups that the adapter does not touch. */
    private void clearOthers(BankImage adapter, int firstColumn) {
        Set<Integer> touched = new HashSet<>();
        adapter.tiles().forEach(tile -> touched.add(tile.group().at(tile.layer())));
        PtNDArray[] others = Stream.of(a, b)
                .flatMap(list -> IntStream.range(0, list.length)
                        .filter(at -> list[at].size() > 0 && !touched.contains(at))
                        .mapToObj(at -> list[at]))
                .toArray(PtNDArray[]::new);
        clear(others, firstColumn, adapter.rank());
    }

    /** Zeroes so many columns. */
    void clear(int firstColumn, int count) {
        PtNDArray[] all = Stream.of(a, b)
                .flatMap(Arrays::stream)
                .filter(part -> part.size() > 0)
                .toArray(PtNDArray[]::new);
        clear(all, firstColumn, count);
    }

    private void clear(PtNDArray[] parts, int firstColumn, int count) {
        if (parts.length > 0 && count > 0) {
            base.script()
                    .call("clear_columns")
                    .tensors(parts)
                    .ints(firstColumn, count, columns)
                    .run();
        }
    }

    private void send(List<BankImage.Tile> layer, int firstColumn, int rank) {
        Longs places = new Longs(5 * ProjectionGroup.COUNT);
        List<byte[]> parts = new ArrayList<>();
        for (BankImage.Tile tile : layer) {
            long unitA = layout.columnA(tile.group());
            long unitB = layout.columnB(tile.group());
            places.add(
                    tile.group().at(tile.layer()),
                    firstColumn * unitA,
                    rank * unitA,
                    firstColumn * unitB,
                    rank * unitB);
            parts.add(tile.a());
            parts.add(tile.b());
        }
        base.script()
                .call("write_tiles")
                .with(listA)
                .with(listB)
                .tensor(bytes.write(parts))
                .ints(places.toArray())
                .number(base.precision().code())
                .run();
    }

    private void allocate(BankImage adapter) {
        boolean grown = false;
        try {
            for (ProjectionGroup group : ProjectionGroup.values()) {
                if (a[group.at(0)].size() == 0 && touches(adapter, group)) {
                    allocate(group);
                    grown = true;
                }
            }
        } finally {
            if (grown) {
                listA.close();
                listB.close();
                listA = IValue.listFrom(a);
                listB = IValue.listFrom(b);
                addressesA = base.addresses(listA);
                addressesB = base.addresses(listB);
            }
        }
    }

    private static boolean touches(BankImage adapter, ProjectionGroup group) {
        return adapter.tiles().stream().anyMatch(tile -> tile.group() == group);
    }

    /** A and B, or neither: memory may not suffice for both. */
    private void allocate(ProjectionGroup group) {
        PtNDArray[] partsB = layers(layout.columnB(group));
        try {
            place(layers(layout.columnA(group)), a, group);
        } catch (RuntimeException | Error failed) {
            Arrays.stream(partsB).forEach(PtNDArray::close);
            throw failed;
        }
        place(partsB, b, group);
    }

    private static void place(PtNDArray[] layers, PtNDArray[] parts, ProjectionGroup group) {
        for (int layer = 0; layer < layers.length; layer++) {
            parts[group.at(layer)] = layers[layer];
        }
    }

    /** All layers of a group in one piece of memory, so that it gets huge pages. Adapters that were loaded before do not touch it. */
    private PtNDArray[] layers(int unit) {
        PtNDArray[] layers = base.emptyParts(base.config().layers(), (long) columns * unit);
        clear(layers, 0, reached);
        return layers;
    }

    @Override
    public void close() {
        listA.close();
        listB.close();
        absent.close();
        bytes.close();
        Stream.of(a, b).flatMap(Arrays::stream).forEach(PtNDArray::close);
    }
}
