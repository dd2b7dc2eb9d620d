# The whole flow with HTTP::Tiny, signed by Digest::SHA.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha1_base64);
use HTTP::Tiny;

sub encoded { my $text = shift; $text =~ s/([^A-Za-z0-9\-._~])/sprintf "%%%02X", ord $1/ge; return $text }

sub call {
    my ($url, $token, %form) = @_;
    my %oauth = (
        oauth_consumer_key     => $ENV{NEXMO_CONSUMER_KEY},
        oauth_nonce            => join("", map { sprintf "%04x", rand 65536 } 1 .. 6),
        oauth_signature_method => "HMAC-SHA1",
        oauth_timestamp        => time,
    );
    $oauth{oauth_token} = $token->{oauth_token} if $token->{oauth_token};
    my %all  = (%oauth, %form);
    my $base = join "&", map { encoded($_) } "POST", $url, join "&",
        sort map { encoded($_) . "=" . encoded($all{$_}) } keys %all;
    my $key = encoded($ENV{NEXMO_CONSUMER_SECRET}) . "&" . encoded($token->{oauth_token_secret} // "");
    $oauth{oauth_signature} = hmac_sha1_base64($base, $key) . "=";
    my $header = "OAuth " . join ", ", map { $_ . '="' . encoded($oauth{$_}) . '"' } keys %oauth;
    my $http   = HTTP::Tiny->new(verify_SSL => 1);
    my $answer = $http->post_form($url, \%form, { headers => { Authorization => $header } });
    die $answer->{content} unless $answer->{success};
    return $answer->{content};
}

sub fields { return { map { split /=/, $_, 2 } split /&/, shift } }

my $request = fields(call("https://dashboard.nexmo.com/oauth/request_token", {}));
my $access  = fields(call("https://dashboard.nexmo.com/oauth/access_token", $request));
print call("https://rest.nexmo.com/sms/json", $access,
    from => "NexmoOauth", to => "447700900000", text => "hello from Nexmo");
