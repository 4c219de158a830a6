package dev.piecewise.kernel;

import static dev.piecewise.kernel.ScalarAssembler.R9;
import static dev.piecewise.kernel.ScalarAssembler.RAX;
import static dev.piecewise.kernel.ScalarAssembler.RDI;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Kernels whose threads take an item after the other, and how the arguments of all of them begin: numbers of 64 bits. Only the first line of the cache changes while threads run. */
final class Items {
    /** Threads that began, and the next item, 0 at first. */
    private static final int BEGAN = 0;

    private static final int NEXT = 8;
    private static final int COUNT = 64;
    private static final int SCRATCH = 72;
    private static final int SCRATCH_BYTES = 80;

    /** Where a kernel's own arguments begin. */
    static final int OWN = 88;

    private Items() {}

    /** A function whose threads prepare once, with their scratch in r9, and then handle items, with their numbers in rax. rdi points at the arguments. */
    static byte[] function(Assembler code, Runnable prepare, Runnable item, Runnable finish) {
        code.set(RAX, 1);
        code.exchangeAdd(RDI, BEGAN, RAX);
        code.multiply(RAX, RDI, SCRATCH_BYTES);
        code.add(RAX, RDI, SCRATCH);
        code.move(R9, RAX);
        prepare.run();
        int next = code.here();
        code.set(RAX, 1);
        code.exchangeAdd(RDI, NEXT, RAX);
        code.compare(RAX, RDI, COUNT);
        int end = code.jumpIfAtLeast();
        item.run();
        code.jump(next);
        code.land(end);
        finish.run();
        code.end();
        return code.bytes();
    }

    /** Arguments and scratch of one calling thread. */
    static final class Workspace {
        final MemorySegment arguments;
        private final Team team;
        private final Team.Scratch scratch;

        Workspace(Team team, long ownBytes) {
            this.team = team;
            this.scratch = team.new Scratch();
            this.arguments = Team.arguments(OWN + ownBytes);
        }

        /** Runs a kernel, by its address, for so many items, each thread with so many bytes of scratch. */
        void run(long kernel, long items, long scratchBytes, int threads) {
            arguments.set(JAVA_LONG, BEGAN, 0);
            arguments.set(JAVA_LONG, NEXT, 0);
            arguments.set(JAVA_LONG, COUNT, items);
            arguments.set(JAVA_LONG, SCRATCH, scratch.of(scratchBytes));
            arguments.set(JAVA_LONG, SCRATCH_BYTES, scratchBytes);
            team.run(kernel, arguments.address(), threads);
        }
    }
}
