# The whole flow with net/http, signed by OpenSSL.
require "net/http"
require "openssl"
require "securerandom"
require "uri"

def encoded(text) = URI.encode_www_form_component(text).gsub("+", "%20").gsub("*", "%2A").gsub("%7E", "~")

def call(url, token = {}, form = {})
  oauth = {
    "oauth_consumer_key" => ENV.fetch("NEXMO_CONSUMER_KEY"),
    "oauth_nonce" => SecureRandom.hex(8),
    "oauth_signature_method" => "HMAC-SHA1",
    "oauth_timestamp" => Time.now.to_i.to_s
  }
  oauth["oauth_token"] = token["oauth_token"] if token["oauth_token"]
  pairs = oauth.merge(form).map { |name, value| "#{encoded(name)}=#{encoded(value)}" }.sort.join("&")
  base = ["POST", url, pairs].map { |part| encoded(part) }.join("&")
  key = "#{encoded(ENV.fetch('NEXMO_CONSUMER_SECRET'))}&#{encoded(token['oauth_token_secret'] || '')}"
  oauth["oauth_signature"] = [OpenSSL::HMAC.digest("SHA1", key, base)].pack("m0")
  request = Net::HTTP::Post.new(URI(url))
  request["Authorization"] = "OAuth " + oauth.map { |name, value| %(#{name}="#{encoded(value)}") }.join(", ")
  request.set_form_data(form)
  answer = Net::HTTP.start(URI(url).host, 443, use_ssl: true) { |http| http.request(request) }
  abort(answer.body) unless answer.code == "200"
  answer.body
end

fields = ->(text) { URI.decode_www_form(text).to_h }
request = fields.call(call("https://dashboard.nexmo.com/oauth/request_token"))
access = fields.call(call("https://dashboard.nexmo.com/oauth/access_token", request))
form = { "from" => "NexmoOauth", "to" => "447700900000", "text" => "hello from Nexmo" }
puts call("https://rest.nexmo.com/sms/json", access, form)
