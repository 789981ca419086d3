# Plays the demo's service where there is neither Go nor Python: see stand-in.py.
# Usage: stand-in.pl TOTAL_MIB KEEP_MIB
use strict;
use warnings;

my $madv_free = 8;
my $page      = 65536;
my $piece_mib = 16;
my %madvise   = (
    x86_64 => 28, aarch64 => 233, riscv64 => 233, loongarch64 => 233, ppc64le => 205,
    s390x  => 219, i686 => 219, armv7l => 220,
);
my ( $total, $keep ) = @ARGV;
chomp( my $machine = `uname -m` );
my $number = $madvise{$machine} or die "madvise: unknown machine $machine\n";

# Large strings lie in mappings of their own, so that whole pages inside them can be given back.
sub fill {
    my ($mib) = @_;
    my @pieces;
    while ( $mib > 0 ) {
        my $size  = $mib < $piece_mib ? $mib : $piece_mib;
        my $piece = "\x5a" x ( $size << 20 );
        push @pieces, \$piece;
        $mib -= $size;
    }
    return \@pieces;
}

my $kept  = fill($keep);
my $freed = fill( $total - $keep );
for my $piece (@$freed) {
    my $address = unpack 'J', pack 'P', $$piece;
    my $start   = int( ( $address + $page - 1 ) / $page ) * $page;
    my $end     = int( ( $address + length $$piece ) / $page ) * $page;
    next if $end <= $start;
    syscall( $number, $start, $end - $start, $madv_free ) == 0 or die "madvise: $!\n";
}
$| = 1;
print "{\"url\":null,\"pid\":$$}\n";
1 while sysread STDIN, my $buffer, 4096;
# The strings must not be touched or freed before this point.
require POSIX;
POSIX::_exit(0);
