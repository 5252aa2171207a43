interface Proxy {
  /** Of the application of the kind `proxy`. */
  id: string
  /** PUBLIC_URL. */
  issuer: string
  openUrl: string | null
}

/** The part of nginx's settings that asks for each request whether its person may enter: docs/guides/protect-a-tool.md has the whole. */
export function nginxText({ id, issuer, openUrl }: Proxy): string {
  const host = openUrl === null ? 'YOUR-HOST' : new URL(openUrl).hostname
  return `server {
    server_name ${host};

    location / {
        auth_request /_verify;
        auth_request_set $auth_user $upstream_http_x_auth_request_user;
        auth_request_set $auth_username $upstream_http_x_auth_request_preferred_username;
        auth_request_set $auth_email $upstream_http_x_auth_request_email;
        auth_request_set $auth_groups $upstream_http_x_auth_request_groups;
        auth_request_set $login $upstream_http_x_auth_request_redirect;
        error_page 401 403 = @login;
        proxy_pass http://127.0.0.1:3000;
        proxy_set_header Host $http_host;
        proxy_set_header X-Auth-Request-User $auth_user;
        proxy_set_header X-Auth-Request-Preferred-Username $auth_username;
        proxy_set_header X-Auth-Request-Email $auth_email;
        proxy_set_header X-Auth-Request-Groups $auth_groups;
    }

    location = /_verify {
        internal;
        proxy_pass ${issuer}/verify?app=${id};
        proxy_ssl_server_name on;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Forwarded-Uri "";
        proxy_buffer_size 16k;
        proxy_buffers 4 16k;
    }

    location @login {
        return 302 $login;
    }
}`
}
