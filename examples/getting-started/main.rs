//! An application with accounts: `cargo run -p rest-auth-examples getting-started`.

use axum::Router;
use axum::routing::get;
use rest_auth::{Auth, CurrentUser};

/// Only for who is logged in; everybody else gets a 401.
async fn dashboard(user: CurrentUser) -> String {
    format!("Welcome, {}.", user.username)
}

/// For everybody.
async fn home(user: Option<CurrentUser>) -> String {
    match user {
        Some(user) => format!("Hello, {}.", user.username),
        None => "Hello, whoever you are.".to_owned(),
    }
}

/// The application's own routes, and the accounts below `/api/auth/`. Only routes above `.layer` can ask who
/// sends a request.
pub fn app(auth: &Auth) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/dashboard", get(dashboard))
        .layer(auth.layer())
        .nest("/api/auth", auth.router())
}

/// Opens the database, makes its tables, and serves.
#[tokio::main]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let auth = Auth::builder()
        .secret_key(std::env::var("SECRET_KEY").unwrap_or_else(|_| "only for this example".to_owned()))
        .database_url("sqlite://getting-started.db")
        .migrate()
        .build()
        .await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    println!("Listening at http://{}", listener.local_addr()?);
    axum::serve(listener, app(&auth)).await?;
    Ok(())
}
