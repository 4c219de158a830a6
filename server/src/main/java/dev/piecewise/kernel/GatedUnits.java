package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** SwiGLU's activation, silu(gate) up, of rows of bfloat16, rounded once. Runs on PyTorch's OpenMP threads. Any thread may call. */
public final class GatedUnits {
    private final Team team;
    private final Map<Integer, Long> kernels = new ConcurrentHashMap<>();
    private final ThreadLocal<Items.Workspace> workspaces;

    GatedUnits(Team team) {
        this.team = team;
        this.workspaces = ThreadLocal.withInitial(() -> workspace(team));
    }

    /** Whether rows of so many units are computed. */
    public static boolean fit(long width) {
        return GateKernel.fit(width);
    }

    /**
     * y = silu(gate) up.
     *
     * @param x address of [rows, 2 * width], gates and then ups, rows {@code stride} values apart
     * @param y address of [rows, width]
     */
    public void activate(long x, long stride, long y, int rows, int width) {
        long kernel = kernels.computeIfAbsent(
                width, _ -> MachineCode.of(GateKernel.code(width)).address());
        Items.Workspace workspace = workspaces.get();
        MemorySegment arguments = workspace.arguments;
        arguments.set(JAVA_LONG, GateKernel.X, x);
        arguments.set(JAVA_LONG, GateKernel.X_ROW_BYTES, stride * Short.BYTES);
        arguments.set(JAVA_LONG, GateKernel.Y, y);
        workspace.run(kernel, rows, 0, team.threadsFor((long) rows * width * 4));
    }

    private static Items.Workspace workspace(Team team) {
        Items.Workspace workspace = new Items.Workspace(team, GateKernel.BYTES);
        workspace.arguments.set(JAVA_FLOAT, GateKernel.SCALE, (float) (-1 / Math.log(2)));
        workspace.arguments.set(JAVA_FLOAT, GateKernel.ONE, 1);
        PowerOfTwo.write(workspace.arguments, GateKernel.POWER);
        return workspace;
    }
}
