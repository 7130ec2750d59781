// Made by `python -m tests.dashboard.declarations`; edit the API.
export interface paths {
    "/api/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_index"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_alerts"];
        put?: never;
        post: operations["create_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{alert_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alert_id: number;
            };
            cookie?: never;
        };
        get: operations["get_alert"];
        put: operations["replace_alert"];
        post?: never;
        delete: operations["delete_alert"];
        options?: never;
        head?: never;
        patch: operations["change_alert"];
        trace?: never;
    };
    "/api/alerts/{alert_id}/firings/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alert_id: number;
            };
            cookie?: never;
        };
        get: operations["list_firings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/asset_allocation_analysis/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_allocation_analysis"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/correlation_matrix/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_correlation_matrix"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/market_data/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_market_data"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/risk_metrics/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_risk_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/scenario_analysis/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_scenario_analysis"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/scenario_analysis/scenarios/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_scenarios"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_assets"];
        put?: never;
        post: operations["create_asset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/bulk/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["create_assets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/search/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["search_assets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{asset_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        get: operations["get_asset"];
        put: operations["replace_asset"];
        post?: never;
        delete: operations["retire_asset"];
        options?: never;
        head?: never;
        patch: operations["change_asset"];
        trace?: never;
    };
    "/api/assets/{asset_id}/performance_metrics/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        get: operations["get_asset_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{asset_id}/price_history/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        get: operations["list_price_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{asset_id}/price_history/bulk/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_prices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{asset_id}/refresh_data/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["refresh_data"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{asset_id}/splits/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        get: operations["list_splits"];
        put?: never;
        post: operations["add_split"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{asset_id}/splits/{split_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
                split_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["delete_split"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{asset_id}/technical_indicators/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        get: operations["get_technical_indicators"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{asset_id}/update_price/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["update_price"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth-token/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["obtain_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data-sources/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_data_sources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/data-sources/{name}/search/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        get: operations["search_data_source"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchange-rates/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_exchange_rate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{job_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        get: operations["get_job"];
        put?: never;
        post?: never;
        delete: operations["cancel_job"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/portfolio-snapshots/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_snapshots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/portfolio-snapshots/{snapshot_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                snapshot_id: number;
            };
            cookie?: never;
        };
        get: operations["get_snapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/portfolios/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_portfolios"];
        put?: never;
        post: operations["create_portfolio"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/portfolios/{portfolio_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        get: operations["get_portfolio"];
        put: operations["replace_portfolio"];
        post?: never;
        delete: operations["delete_portfolio"];
        options?: never;
        head?: never;
        patch: operations["change_portfolio"];
        trace?: never;
    };
    "/api/portfolios/{portfolio_id}/allocation/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        get: operations["get_allocation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/portfolios/{portfolio_id}/historical_performance/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        get: operations["get_historical_performance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/portfolios/{portfolio_id}/performance_metrics/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        get: operations["get_portfolio_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/positions/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_positions"];
        put?: never;
        post: operations["open_position"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/positions/{position_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                position_id: number;
            };
            cookie?: never;
        };
        get: operations["get_position"];
        put: operations["replace_position"];
        post?: never;
        delete: operations["delete_position"];
        options?: never;
        head?: never;
        patch: operations["change_position"];
        trace?: never;
    };
    "/api/price-history/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_prices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/price-history/imports/{import_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                import_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["take_back_prices"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/price-history/{price_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                price_id: number;
            };
            cookie?: never;
        };
        get: operations["get_price"];
        put?: never;
        post?: never;
        delete: operations["delete_price"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schema/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/service-tokens/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_service_tokens"];
        put?: never;
        post: operations["create_service_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/service-tokens/{service_token_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service_token_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["delete_service_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_tokens"];
        put?: never;
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{token_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["delete_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_transactions"];
        put?: never;
        post: operations["record_transaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/bulk/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["record_transactions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/export/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/import/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/import/formats/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_formats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/imports/{import_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                import_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["take_back_import"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/{transaction_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transaction_id: number;
            };
            cookie?: never;
        };
        get: operations["get_transaction"];
        put: operations["replace_transaction"];
        post?: never;
        delete: operations["delete_transaction"];
        options?: never;
        head?: never;
        patch: operations["change_transaction"];
        trace?: never;
    };
    "/api/users/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_users"];
        put?: never;
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/me/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get_me"];
        put: operations["replace_me"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["change_me"];
        trace?: never;
    };
    "/api/users/me/password/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{user_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        get: operations["get_user"];
        put: operations["replace_user"];
        post?: never;
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        patch: operations["change_user"];
        trace?: never;
    };
    "/api/webhooks/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_webhooks"];
        put?: never;
        post: operations["create_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/deliveries/{delivery_id}/redeliver/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        get: operations["get_webhook"];
        put: operations["replace_webhook"];
        post?: never;
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        patch: operations["change_webhook"];
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/deliveries/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/redeliver/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["redeliver_since"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/rotate_secret/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotate_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/test/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["send_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Accepted: {
            job: components["schemas"]["Job"];
        };
        Alert: {
            id: number;
            name: string;
            kind: "PRICE_ABOVE" | "PRICE_BELOW" | "PRICE_CHANGE_PERCENTAGE" | "PORTFOLIO_VALUE_ABOVE" | "PORTFOLIO_VALUE_BELOW" | "PORTFOLIO_VALUE_CHANGE_PERCENTAGE" | "RISK_THRESHOLD";
            asset: number | null;
            portfolio: number | null;
            metric: "total_return" | "total_return_percentage" | "annualized_return" | "volatility" | "sharpe_ratio" | "max_drawdown" | "var_95" | "beta" | "alpha" | "sortino_ratio" | "calmar_ratio" | "money_weighted_return" | "cvar_95" | "var_95_percentage" | "tracking_error" | "information_ratio" | "r_squared" | "downside_deviation" | "cvar" | "var_99" | "cvar_99" | "up_capture" | "down_capture" | "ulcer_index" | "skewness" | "excess_kurtosis" | "hhi" | "effective_holdings" | "top_5_weight" | "diversification_ratio" | null;
            operator: "gt" | "lt" | null;
            threshold: string;
            window_days: number | null;
            cooldown_seconds: number;
            is_active: boolean;
            last_fired: string | null;
            created: string;
            modified: string;
        };
        AlertInput: {
            name: string;
            kind: "PRICE_ABOVE" | "PRICE_BELOW" | "PRICE_CHANGE_PERCENTAGE" | "PORTFOLIO_VALUE_ABOVE" | "PORTFOLIO_VALUE_BELOW" | "PORTFOLIO_VALUE_CHANGE_PERCENTAGE" | "RISK_THRESHOLD";
            asset?: number | null;
            portfolio?: number | null;
            metric?: "total_return" | "total_return_percentage" | "annualized_return" | "volatility" | "sharpe_ratio" | "max_drawdown" | "var_95" | "beta" | "alpha" | "sortino_ratio" | "calmar_ratio" | "money_weighted_return" | "cvar_95" | "var_95_percentage" | "tracking_error" | "information_ratio" | "r_squared" | "downside_deviation" | "cvar" | "var_99" | "cvar_99" | "up_capture" | "down_capture" | "ulcer_index" | "skewness" | "excess_kurtosis" | "hhi" | "effective_holdings" | "top_5_weight" | "diversification_ratio" | null;
            operator?: "gt" | "lt" | null;
            threshold: string | number;
            window_days?: number | null;
            cooldown_seconds?: number;
            is_active?: boolean;
        };
        AlertPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Alert"][];
        };
        AlertPatch: {
            name?: string;
            kind?: "PRICE_ABOVE" | "PRICE_BELOW" | "PRICE_CHANGE_PERCENTAGE" | "PORTFOLIO_VALUE_ABOVE" | "PORTFOLIO_VALUE_BELOW" | "PORTFOLIO_VALUE_CHANGE_PERCENTAGE" | "RISK_THRESHOLD";
            asset?: number | null;
            portfolio?: number | null;
            metric?: "total_return" | "total_return_percentage" | "annualized_return" | "volatility" | "sharpe_ratio" | "max_drawdown" | "var_95" | "beta" | "alpha" | "sortino_ratio" | "calmar_ratio" | "money_weighted_return" | "cvar_95" | "var_95_percentage" | "tracking_error" | "information_ratio" | "r_squared" | "downside_deviation" | "cvar" | "var_99" | "cvar_99" | "up_capture" | "down_capture" | "ulcer_index" | "skewness" | "excess_kurtosis" | "hhi" | "effective_holdings" | "top_5_weight" | "diversification_ratio" | null;
            operator?: "gt" | "lt" | null;
            threshold?: string | number;
            window_days?: number | null;
            cooldown_seconds?: number;
            is_active?: boolean;
        };
        Analysis: {
            portfolio: number;
            as_of: string | null;
            currency: string;
            portfolio_value: string | null;
            scenarios: components["schemas"]["Scenario"][];
            worst: components["schemas"]["Worst"] | null;
            benchmark: components["schemas"]["Benchmark"] | null;
            warnings: components["schemas"]["Warning"][];
        };
        AnalyticsAllocation: {
            portfolio: number;
            currency: string;
            as_of: string | null;
            total_value: string | null;
            allocations: components["schemas"]["Groupings"];
            concentration: components["schemas"]["Concentration"];
            rebalancing: components["schemas"]["Drift"][] | null;
            warnings: components["schemas"]["Warning"][];
        };
        AnalyticsSlice: {
            key: string;
            label: string;
            value: string;
            percentage: string | null;
            position_count: number;
        };
        Asset: {
            id: number;
            symbol: string;
            name: string;
            asset_type: "STOCK" | "ETF" | "MUTUAL_FUND" | "BOND" | "CRYPTO" | "COMMODITY" | "CURRENCY" | "INDEX" | "REAL_ESTATE" | "CASH" | "OTHER";
            currency: string;
            exchange: string | null;
            current_price: string | null;
            previous_close: string | null;
            price_change: string | null;
            price_change_percentage: string | null;
            day_high: string | null;
            day_low: string | null;
            volume: number | null;
            market_cap: string | null;
            sector: string | null;
            industry: string | null;
            last_price_update: string | null;
            isin: string | null;
            country: string | null;
            is_active: boolean;
            visibility: "PUBLIC" | "PRIVATE";
            data_source: string | null;
            data_symbol: string | null;
            warnings: components["schemas"]["Warning"][];
        };
        AssetInput: {
            symbol: string;
            name: string;
            asset_type: "STOCK" | "ETF" | "MUTUAL_FUND" | "BOND" | "CRYPTO" | "COMMODITY" | "CURRENCY" | "INDEX" | "REAL_ESTATE" | "CASH" | "OTHER";
            currency: string;
            exchange?: string | null;
            market_cap?: string | number | null;
            sector?: string | null;
            industry?: string | null;
            isin?: string | null;
            country?: string | null;
            is_active?: boolean;
            data_source?: string | null;
            data_symbol?: string | null;
        };
        AssetLeft: {
            id: number;
            symbol: string;
            name: string;
            is_deleted: boolean;
            reason: string | null;
        };
        AssetPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Asset"][];
        };
        AssetPatch: {
            symbol?: string;
            name?: string;
            asset_type?: "STOCK" | "ETF" | "MUTUAL_FUND" | "BOND" | "CRYPTO" | "COMMODITY" | "CURRENCY" | "INDEX" | "REAL_ESTATE" | "CASH" | "OTHER";
            currency?: string;
            exchange?: string | null;
            market_cap?: string | number | null;
            sector?: string | null;
            industry?: string | null;
            isin?: string | null;
            country?: string | null;
            is_active?: boolean;
            data_source?: string | null;
            data_symbol?: string | null;
        };
        AssetsImported: {
            import_id: number | null;
            asset: number;
            count: number;
            first_date: string;
            last_date: string;
            form?: components["schemas"]["Form"];
            title_lines?: string[];
            columns?: components["schemas"]["AssetsTitle"][];
            rows?: components["schemas"]["PriceRow"][];
            warnings: components["schemas"]["Warning"][];
        };
        AssetsTitle: {
            title: string;
            column: string | null;
        };
        Benchmark: {
            requested: string;
            symbol: string;
        };
        Bulk: {
            created: number;
            failed: number;
            results: components["schemas"]["BulkResult"][];
        };
        BulkAssetsInput: {
            assets: components["schemas"]["AssetInput"][];
            atomic?: boolean;
        };
        BulkResult: {
            index: number;
            status: number;
            id?: number;
            error?: {
                [key: string]: unknown;
            };
        };
        BulkTransactionsInput: {
            transactions: components["schemas"]["TransactionInput"][];
            atomic?: boolean;
        };
        Candidate: {
            id: number;
            symbol: string;
            name: string;
            currency: string;
            isin: string | null;
            is_active: boolean;
        };
        Catalogue: {
            scenarios: components["schemas"]["CatalogueEntry"][];
        };
        CatalogueEntry: {
            id: string;
            name: string;
            start: string | null;
            end: string | null;
        };
        Column: {
            name: string;
            is_needed: boolean;
            titles: string[];
        };
        Concentration: {
            hhi: string | null;
            effective_holdings: string | null;
            top_5_weight: string | null;
        };
        Contribution: {
            asset: number;
            symbol: string;
            weight: string | null;
            risk_contribution: string | null;
            marginal_var: string | null;
        };
        Correlation: {
            symbols: string[];
            assets: number[];
            matrix: (string | null)[][];
            observations: number[][];
            average_correlation: string | null;
            highest: components["schemas"]["Pair"] | null;
            lowest: components["schemas"]["Pair"] | null;
            start_date: string | null;
            end_date: string | null;
            warnings: components["schemas"]["Warning"][];
        };
        Coverage: {
            history: string | null;
            beta_proxy: string | null;
            beta: string | null;
            asset_shock: string | null;
            sector_shock: string | null;
            none: string | null;
            unmodelled: string | null;
        };
        CredentialsInput: {
            username: string;
            password: string;
        };
        Curve: {
            portfolio: number;
            currency: string;
            interval: string;
            start_date: string | null;
            end_date: string | null;
            benchmark: components["schemas"]["Benchmark"] | null;
            series: components["schemas"]["Point"][];
            warnings: components["schemas"]["Warning"][];
        };
        DataSource: {
            name: string;
            description: string;
            kinds: ("STOCK" | "ETF" | "MUTUAL_FUND" | "BOND" | "CRYPTO" | "COMMODITY" | "CURRENCY" | "INDEX" | "REAL_ESTATE" | "CASH" | "OTHER")[];
            can_search: boolean;
        };
        DataSources: {
            count: number;
            results: components["schemas"]["DataSource"][];
        };
        DayPriceInput: {
            date: string;
            close: string | number;
            open?: string | number | null;
            high?: string | number | null;
            low?: string | number | null;
            volume?: number | null;
        };
        Delivery: {
            id: number;
            webhook: number;
            message_id: string;
            event: string;
            status: "PENDING" | "DELIVERED" | "FAILED";
            attempts: number;
            response_status: number | null;
            latency_ms: number | null;
            error: string | null;
            last_attempt: string | null;
            next_attempt: string | null;
            created: string;
        };
        DeliveryPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Delivery"][];
        };
        Drift: {
            key: string;
            target: string;
            actual: string;
            drift: string;
            target_value: string;
            trade: string;
        };
        Error: {
            error: string;
            details: components["schemas"]["ErrorDetails"];
        };
        ErrorDetails: {
            code: string;
            message: string;
            request_id: string;
            fields?: {
                [key: string]: unknown;
            };
        };
        Fall: {
            depth: string | null;
            peak: string | null;
            trough: string | null;
            recovery: string | null;
        };
        Firing: {
            id: number;
            alert: number;
            fired_at: string;
            value: string;
            threshold: string;
        };
        FiringPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Firing"][];
        };
        FiringTold: {
            alert: number;
            kind: "PRICE_ABOVE" | "PRICE_BELOW" | "PRICE_CHANGE_PERCENTAGE" | "PORTFOLIO_VALUE_ABOVE" | "PORTFOLIO_VALUE_BELOW" | "PORTFOLIO_VALUE_CHANGE_PERCENTAGE" | "RISK_THRESHOLD";
            value: string;
            threshold: string;
            asset: number | null;
            portfolio: number | null;
            metric: string | null;
        };
        Form: {
            encoding: string | null;
            delimiter: string | null;
            decimal: string | null;
            date_format: string | null;
            skip_lines: number | null;
        };
        Format: {
            name: string;
            program: string;
            content_type: string;
            columns: components["schemas"]["Column"][];
            types: {
                [key: string]: string;
            };
            by_sign: {
                [key: string]: string[];
            };
            skips: {
                [key: string]: string;
            };
            not_read: string[];
        };
        Formats: {
            formats: components["schemas"]["Format"][];
        };
        Groupings: {
            asset_type: components["schemas"]["AnalyticsSlice"][];
            sector: components["schemas"]["AnalyticsSlice"][];
            currency: components["schemas"]["AnalyticsSlice"][];
            country: components["schemas"]["AnalyticsSlice"][];
            individual: components["schemas"]["AnalyticsSlice"][];
        };
        Health: {
            status: "ok" | "degraded";
            services: {
                [key: string]: "up" | "down";
            };
            events: {
                [key: string]: "flowing" | "stopped";
            };
        };
        Index: {
            docs: string;
            schema: string;
            health: string;
            dashboard: string;
        };
        Indicators: {
            asset: number;
            symbol: string;
            start_date: string | null;
            end_date: string | null;
            indicators: Record<string, never>;
            dates: string[];
            latest: Record<string, never>;
            signals: components["schemas"]["Signal"][];
            warnings: components["schemas"]["Warning"][];
        };
        Job: {
            id: string;
            kind: string;
            status: "queued" | "running" | "done" | "failed";
            progress: number;
            result: {
                [key: string]: unknown;
            } | null;
            error: {
                [key: string]: unknown;
            } | null;
            created: string;
            started: string | null;
            finished: string | null;
        };
        JobPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Job"][];
        };
        Key: {
            token: string;
        };
        ManagedUser: {
            id: number;
            username: string;
            email: string;
            first_name: string;
            last_name: string;
            base_currency: string;
            is_staff: boolean;
            date_joined: string;
            last_login: string | null;
            is_active: boolean;
        };
        ManagedUserInput: {
            email?: string;
            first_name?: string;
            last_name?: string;
            base_currency?: string;
            is_staff?: boolean;
            is_active?: boolean;
        };
        ManagedUserPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["ManagedUser"][];
        };
        ManagedUserPatch: {
            email?: string;
            first_name?: string;
            last_name?: string;
            base_currency?: string;
            is_staff?: boolean;
            is_active?: boolean;
        };
        MarketData: {
            as_of: string | null;
            indices: components["schemas"]["Quoted"][];
            sectors: components["schemas"]["Sector"][];
            currencies: components["schemas"]["RateMove"][];
            movers: components["schemas"]["Movers"];
            warnings: components["schemas"]["Warning"][];
        };
        Match: {
            symbol: string;
            name: string;
            asset_type: "STOCK" | "ETF" | "MUTUAL_FUND" | "BOND" | "CRYPTO" | "COMMODITY" | "CURRENCY" | "INDEX" | "REAL_ESTATE" | "CASH" | "OTHER" | null;
            exchange: string | null;
            currency: string | null;
        };
        Matches: {
            count: number;
            results: components["schemas"]["Match"][];
        };
        Metrics: {
            total_return: string | null;
            total_return_percentage: string | null;
            annualized_return: string | null;
            volatility: string | null;
            sharpe_ratio: string | null;
            max_drawdown: string | null;
            var_95: string | null;
            beta: string | null;
            alpha: string | null;
            sortino_ratio: string | null;
            calmar_ratio: string | null;
            start_date: string | null;
            end_date: string | null;
            days_analyzed: number;
            benchmark: components["schemas"]["Benchmark"] | null;
            currency: string;
            observations: number;
            risk_free_rate: string;
            money_weighted_return: string | null;
            cvar_95: string | null;
            var_95_percentage: string | null;
            tracking_error: string | null;
            information_ratio: string | null;
            r_squared: string | null;
            max_drawdown_peak: string | null;
            max_drawdown_trough: string | null;
            max_drawdown_recovery: string | null;
            warnings: components["schemas"]["Warning"][];
        };
        Movers: {
            gainers: components["schemas"]["Quoted"][];
            losers: components["schemas"]["Quoted"][];
        };
        NewAsset: {
            id: number | null;
            symbol: string;
            name: string;
            currency: string;
            isin: string | null;
            asset_type: string;
            data_source: string | null;
            data_symbol: string | null;
            lines: number[];
        };
        NewPositionInput: {
            portfolio: number;
            asset: number;
            quantity: string | number;
            average_cost: string | number;
            first_purchase_date?: string;
        };
        NewPriceInput: {
            price: string | number;
            date?: string;
            open?: string | number;
            high?: string | number;
            low?: string | number;
            volume?: number;
            timestamp?: string;
            currency?: string;
        };
        NewServiceToken: {
            id: number;
            name: string;
            callees: ("auth" | "portfolio" | "assets" | "analytics" | "webhooks")[];
            expires_at: string | null;
            created: string;
            last_used: string | null;
            key: string;
        };
        NewToken: {
            id: number;
            name: string;
            scopes: ("read" | "write" | "admin")[];
            expires_at: string | null;
            created: string;
            last_used: string | null;
            key: string;
        };
        NewUserInput: {
            username: string;
            email?: string;
            first_name?: string;
            last_name?: string;
            base_currency?: string;
            is_staff?: boolean;
            is_active?: boolean;
            password: string;
        };
        NewWebhook: {
            id: number;
            url: string;
            description: string;
            events: ("transaction.created" | "transaction.updated" | "transaction.deleted" | "price.updated" | "price.alert" | "portfolio.value_changed" | "risk.threshold_breached" | "portfolio.snapshot_created" | "webhook.test" | "*")[];
            is_active: boolean;
            created: string;
            disabled_reason: string | null;
            secret: string;
        };
        PaginationMetadata: {
            total: number;
            total_pages: number;
            first_page: number;
            last_page: number;
            page: number;
            previous_page: number;
            next_page: number;
        };
        Pair: {
            pair: string[];
            value: string | null;
        };
        PasswordInput: {
            current_password: string;
            new_password: string;
        };
        Point: {
            date: string;
            value: string | null;
            cost_basis: string | null;
            cash: string | null;
            net_flow: string | null;
            return_percentage: string | null;
            benchmark_return_percentage: string | null;
        };
        Portfolio: {
            id: number;
            name: string;
            description: string;
            currency: string;
            cost_basis_method: "AVERAGE" | "FIFO" | "LIFO" | "HIFO";
            is_active: boolean;
            created: string | null;
            modified: string | null;
            total_value: string | null;
            total_cost_basis: string | null;
            total_return: string | null;
            total_return_percentage: string | null;
            position_count: number;
            cash_balance: string | null;
            realized_gain_loss: string | null;
            income: string | null;
            total_profit: string | null;
            warnings: components["schemas"]["Warning"][];
        };
        PortfolioAllocation: {
            portfolio: number;
            group_by: "asset_type" | "sector" | "currency" | "country" | "individual";
            currency: string;
            total_value: string | null;
            as_of: string;
            allocation: components["schemas"]["PortfolioSlice"][];
            warnings: components["schemas"]["Warning"][];
        };
        PortfolioImported: {
            import_id: number | null;
            created: number;
            skipped: number;
            unresolved: components["schemas"]["Unresolved"][];
            new_assets: components["schemas"]["NewAsset"][];
            form?: components["schemas"]["Form"];
            title_lines?: string[];
            columns?: components["schemas"]["PortfolioTitle"][];
            missing?: string[];
            rows?: components["schemas"]["Row"][];
            call?: string;
            warnings: components["schemas"]["Warning"][];
        };
        PortfolioInput: {
            name: string;
            description?: string;
            currency?: string;
            cost_basis_method?: "AVERAGE" | "FIFO" | "LIFO" | "HIFO";
            is_active?: boolean;
        };
        PortfolioPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Portfolio"][];
        };
        PortfolioPatch: {
            name?: string;
            description?: string;
            currency?: string;
            cost_basis_method?: "AVERAGE" | "FIFO" | "LIFO" | "HIFO";
            is_active?: boolean;
        };
        PortfolioSlice: {
            key: string;
            label: string;
            value: string | null;
            percentage: string | null;
            position_count: number;
        };
        PortfolioTitle: {
            title: string;
            column: string | null;
        };
        Position: {
            id: number;
            portfolio: number | null;
            portfolio_name: string | null;
            asset: components["schemas"]["PositionAsset"];
            currency: string | null;
            quantity: string;
            average_cost: string | null;
            first_purchase_date: string | null;
            total_cost_basis: string | null;
            current_value: string | null;
            unrealized_gain_loss: string | null;
            unrealized_return_percentage: string | null;
            realized_gain_loss: string | null;
            income: string | null;
            base: components["schemas"]["PositionBase"];
            warnings: components["schemas"]["Warning"][];
        };
        PositionAsset: {
            id: number;
            symbol: string;
            name: string;
            asset_type: string;
            current_price: string | null;
            price_date: string | null;
            price_change: string | null;
            price_change_percentage: string | null;
        };
        PositionBase: {
            total_cost_basis: string | null;
            current_value: string | null;
            unrealized_gain_loss: string | null;
            exchange_rate: string | null;
        };
        PositionInput: {
            quantity: string | number;
            average_cost: string | number | null;
        };
        PositionOutcome: {
            asset: number;
            symbol: string;
            value: string;
            shock: string | null;
            source: string;
            pnl: string | null;
            contribution: string | null;
        };
        PositionPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Position"][];
        };
        PositionPatch: {
            quantity?: string | number;
            average_cost?: string | number | null;
        };
        Price: {
            id: number;
            asset: number;
            symbol: string;
            date: string;
            open: string | null;
            high: string | null;
            low: string | null;
            close: string | null;
            adjusted_close: string | null;
            volume: number | null;
            source: string;
        };
        PricePage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Price"][];
        };
        PriceRow: {
            line: number;
            date: string;
            open: string | null;
            high: string | null;
            low: string | null;
            close: string | null;
            volume: number | null;
        };
        PriceTold: {
            asset: number;
            symbol: string;
            price: string;
            previous_price: string | null;
            currency: string;
            date: string;
        };
        PricesInput: {
            prices: components["schemas"]["DayPriceInput"][];
            atomic?: boolean;
        };
        ProbeTold: {
            webhook: number;
            description: string;
        };
        Quoted: {
            id: number;
            symbol: string;
            name: string;
            date: string | null;
            value: string;
            change: string | null;
            change_percentage: string | null;
        };
        Rate: {
            from: string;
            to: string;
            date: string;
            rate: string;
            rate_date: string | null;
            via: string[];
        };
        RateMove: {
            symbol: string;
            date: string | null;
            rate: string;
            change: string | null;
            change_percentage: string | null;
        };
        Redelivered: {
            count: number;
        };
        RedeliveryInput: {
            since: string;
            include_delivered?: boolean;
        };
        Risk: {
            portfolio: number;
            value: string | null;
            volatility: string | null;
            downside_deviation: string | null;
            var: components["schemas"]["Var"];
            cvar: string | null;
            var_99: string | null;
            cvar_99: string | null;
            max_drawdown: string | null;
            drawdowns: components["schemas"]["Fall"][];
            beta: string | null;
            r_squared: string | null;
            tracking_error: string | null;
            information_ratio: string | null;
            up_capture: string | null;
            down_capture: string | null;
            ulcer_index: string | null;
            skewness: string | null;
            excess_kurtosis: string | null;
            concentration: components["schemas"]["Concentration"];
            contributions: components["schemas"]["Contribution"][];
            diversification_ratio: string | null;
            risk_level: string | null;
            currency: string;
            start_date: string | null;
            end_date: string | null;
            observations: number;
            confidence: string;
            risk_free_rate: string;
            benchmark: components["schemas"]["Benchmark"] | null;
            warnings: components["schemas"]["Warning"][];
        };
        Row: {
            line: number;
            date: string;
            time: string | null;
            transaction_type: string;
            symbol: string | null;
            isin: string | null;
            asset_name: string | null;
            asset_currency: string | null;
            quantity: string | null;
            price: string | null;
            amount: string | null;
            fees: string;
            taxes: string;
            currency: string | null;
            exchange_rate: string | null;
            ratio: string | null;
            external_id: string | null;
        };
        Scenario: {
            id: string;
            name: string;
            type: string;
            method: string | null;
            window: components["schemas"]["ScenarioWindow"] | null;
            benchmark_return: string | null;
            portfolio_return: string | null;
            pnl: string | null;
            value_after: string | null;
            positions: components["schemas"]["PositionOutcome"][];
            by_sector: components["schemas"]["SectorOutcome"][];
            coverage: components["schemas"]["Coverage"] | null;
            simulation: components["schemas"]["Simulation"] | null;
            warnings: components["schemas"]["Warning"][];
        };
        ScenarioWindow: {
            start: string | null;
            end: string | null;
        };
        SearchResults: {
            count: number;
            results: components["schemas"]["Asset"][];
        };
        Sector: {
            sector: string;
            asset_count: number;
            change_percentage: string | null;
            best: components["schemas"]["Quoted"];
            worst: components["schemas"]["Quoted"];
        };
        SectorOutcome: {
            sector: string;
            value: string;
            pnl: string | null;
            contribution: string | null;
        };
        ServiceToken: {
            id: number;
            name: string;
            callees: ("auth" | "portfolio" | "assets" | "analytics" | "webhooks")[];
            expires_at: string | null;
            created: string;
            last_used: string | null;
        };
        ServiceTokenInput: {
            name: string;
            callees: ("auth" | "portfolio" | "assets" | "analytics" | "webhooks")[];
            expires_at?: string | null;
        };
        ServiceTokenPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["ServiceToken"][];
        };
        Signal: {
            indicator: string;
            signal: string;
            description: string;
        };
        Simulation: {
            horizon_days: number;
            simulations: number;
            seed: number;
            observations: number;
            percentiles: {
                [key: string]: unknown;
            };
            mean: string | null;
            var_95: string | null;
            cvar_95: string | null;
            probability_of_loss: string | null;
        };
        Snapshot: {
            id: number;
            portfolio: number;
            date: string;
            total_value: string | null;
            total_cost_basis: string | null;
            cash_balance: string | null;
            net_flow: string | null;
            total_return: string | null;
            total_return_percentage: string | null;
            position_count: number;
            created: string;
        };
        SnapshotPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Snapshot"][];
        };
        Split: {
            id: number;
            date: string;
            ratio: string;
        };
        SplitInput: {
            date: string;
            ratio: string;
        };
        SplitPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Split"][];
        };
        TakenBack: {
            deleted: number;
            assets: components["schemas"]["AssetLeft"][];
        };
        Token: {
            id: number;
            name: string;
            scopes: ("read" | "write" | "admin")[];
            expires_at: string | null;
            created: string;
            last_used: string | null;
        };
        TokenInput: {
            name: string;
            scopes: ("read" | "write" | "admin")[];
            expires_at?: string | null;
        };
        TokenPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Token"][];
        };
        Transaction: {
            id: number;
            portfolio: number;
            asset: number | null;
            symbol: string | null;
            transaction_type: "BUY" | "SELL" | "DIVIDEND" | "INTEREST" | "FEE" | "FEE_REFUND" | "TAX" | "TAX_REFUND" | "DEPOSIT" | "WITHDRAWAL" | "SPLIT" | "TRANSFER_IN" | "TRANSFER_OUT" | "ADJUSTMENT";
            date: string;
            quantity: string | null;
            price: string | null;
            amount: string | null;
            fees: string;
            taxes: string;
            currency: string | null;
            exchange_rate: string | null;
            ratio: string | null;
            notes: string;
            external_id: string | null;
            import_id: number | null;
            created: string | null;
            modified: string | null;
            warnings?: components["schemas"]["Warning"][];
        };
        TransactionInput: {
            portfolio: number;
            asset?: number | null;
            transaction_type: "BUY" | "SELL" | "DIVIDEND" | "INTEREST" | "FEE" | "FEE_REFUND" | "TAX" | "TAX_REFUND" | "DEPOSIT" | "WITHDRAWAL" | "SPLIT" | "TRANSFER_IN" | "TRANSFER_OUT" | "ADJUSTMENT";
            date: string;
            quantity?: string | number | null;
            price?: string | number | null;
            amount?: string | number | null;
            fees?: string | number;
            taxes?: string | number;
            currency?: string | null;
            exchange_rate?: string | number | null;
            ratio?: string | null;
            notes?: string;
            external_id?: string | null;
        };
        TransactionPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Transaction"][];
        };
        TransactionPatch: {
            portfolio?: number;
            asset?: number | null;
            transaction_type?: "BUY" | "SELL" | "DIVIDEND" | "INTEREST" | "FEE" | "FEE_REFUND" | "TAX" | "TAX_REFUND" | "DEPOSIT" | "WITHDRAWAL" | "SPLIT" | "TRANSFER_IN" | "TRANSFER_OUT" | "ADJUSTMENT";
            date?: string;
            quantity?: string | number | null;
            price?: string | number | null;
            amount?: string | number | null;
            fees?: string | number;
            taxes?: string | number;
            currency?: string | null;
            exchange_rate?: string | number | null;
            ratio?: string | null;
            notes?: string;
            external_id?: string | null;
        };
        Unresolved: {
            isin: string | null;
            symbol: string | null;
            name: string | null;
            currency: string | null;
            lines: number[];
            candidates: components["schemas"]["Candidate"][];
            data_source: string | null;
            data_symbol: string | null;
        };
        User: {
            id: number;
            username: string;
            email: string;
            first_name: string;
            last_name: string;
            base_currency: string;
            is_staff: boolean;
            date_joined: string;
            last_login: string | null;
        };
        UserInput: {
            email?: string;
            first_name?: string;
            last_name?: string;
            base_currency?: string;
        };
        UserPatch: {
            email?: string;
            first_name?: string;
            last_name?: string;
            base_currency?: string;
        };
        ValueTold: {
            portfolio: number;
            total_value: string;
            previous_value: string | null;
            change_percentage: string | null;
            currency: string;
        };
        Var: {
            historical: string | null;
            parametric: string | null;
            cornish_fisher: string | null;
        };
        Warning: {
            field: string;
            fields: string[];
            code: string;
            message: string;
        };
        Webhook: {
            id: number;
            url: string;
            description: string;
            events: ("transaction.created" | "transaction.updated" | "transaction.deleted" | "price.updated" | "price.alert" | "portfolio.value_changed" | "risk.threshold_breached" | "portfolio.snapshot_created" | "webhook.test" | "*")[];
            is_active: boolean;
            created: string;
            disabled_reason: string | null;
        };
        WebhookInput: {
            url: string;
            description?: string;
            events: ("transaction.created" | "transaction.updated" | "transaction.deleted" | "price.updated" | "price.alert" | "portfolio.value_changed" | "risk.threshold_breached" | "portfolio.snapshot_created" | "webhook.test" | "*")[];
            is_active?: boolean;
        };
        WebhookPage: {
            count: number;
            next: string | null;
            previous: string | null;
            results: components["schemas"]["Webhook"][];
        };
        WebhookPatch: {
            url?: string;
            description?: string;
            events?: ("transaction.created" | "transaction.updated" | "transaction.deleted" | "price.updated" | "price.alert" | "portfolio.value_changed" | "risk.threshold_breached" | "portfolio.snapshot_created" | "webhook.test" | "*")[];
            is_active?: boolean;
        };
        Worst: {
            id: string;
            name: string;
            portfolio_return: string | null;
            pnl: string;
        };
    };
    responses: {
        BadRequest: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        MethodNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        NotAcceptable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        PreconditionFailed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        RequestEntityTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        ServerError: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                "Retry-After": components["headers"]["Retry-After"];
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        Unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        UnprocessableEntity: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "API-Version": components["headers"]["API-Version"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        "Idempotency-Key": string;
        "If-Match": string;
        "If-None-Match": string;
        Prefer: string;
    };
    requestBodies: never;
    headers: {
        "API-Version": string;
        ETag: string;
        "Idempotency-Replayed": string;
        Location: string;
        "Preference-Applied": string;
        "RateLimit-Limit": number;
        "RateLimit-Remaining": number;
        "RateLimit-Reset": number;
        "Retry-After": number;
        "WWW-Authenticate": string;
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    show_index: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Index"];
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                search?: string;
                kind?: "PRICE_ABOVE" | "PRICE_BELOW" | "PRICE_CHANGE_PERCENTAGE" | "PORTFOLIO_VALUE_ABOVE" | "PORTFOLIO_VALUE_BELOW" | "PORTFOLIO_VALUE_CHANGE_PERCENTAGE" | "RISK_THRESHOLD";
                asset_id?: number;
                portfolio_id?: number;
                is_active?: boolean;
                ordering?: "id" | "-id" | "name" | "-name" | "kind" | "-kind" | "last_fired" | "-last_fired";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                    "text/csv": string;
                };
            };
        };
    };
    create_alert: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
        };
    };
    get_alert: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                alert_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
        };
    };
    replace_alert: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                alert_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
        };
    };
    delete_alert: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                alert_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_alert: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                alert_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
        };
    };
    list_firings: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
            };
            header?: never;
            path: {
                alert_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FiringPage"];
                    "text/csv": string;
                };
            };
        };
    };
    get_allocation_analysis: {
        parameters: {
            query: {
                start_date?: string;
                end_date?: string;
                portfolio_id: number;
                targets?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalyticsAllocation"];
                };
            };
        };
    };
    get_correlation_matrix: {
        parameters: {
            query?: {
                start_date?: string;
                end_date?: string;
                portfolio_id?: number;
                symbols?: string;
                assets?: string;
                min_observations?: number;
                method?: "pearson" | "spearman";
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Correlation"];
                };
            };
        };
    };
    get_market_data: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarketData"];
                };
            };
        };
    };
    get_risk_metrics: {
        parameters: {
            query: {
                start_date?: string;
                end_date?: string;
                portfolio_id: number;
                benchmark?: string;
                risk_free_rate?: string;
                confidence?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Risk"];
                };
            };
        };
    };
    get_scenario_analysis: {
        parameters: {
            query: {
                start_date?: string;
                end_date?: string;
                portfolio_id: number;
                type?: "historical" | "hypothetical" | "monte_carlo" | "reverse";
                benchmark?: string;
                scenario?: string;
                method?: "replay" | "beta";
                market_shock?: string;
                sector_shock?: string;
                asset_shock?: string;
                fx_shock?: string;
                horizon_days?: number;
                simulations?: number;
                model?: "block_bootstrap" | "gbm";
                seed?: number;
                target_loss?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Analysis"];
                };
            };
        };
    };
    list_scenarios: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalogue"];
                };
            };
        };
    };
    list_assets: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                search?: string;
                asset_type?: "STOCK" | "ETF" | "MUTUAL_FUND" | "BOND" | "CRYPTO" | "COMMODITY" | "CURRENCY" | "INDEX" | "REAL_ESTATE" | "CASH" | "OTHER";
                symbol?: string;
                isin?: string;
                exchange?: string;
                sector?: string;
                industry?: string;
                currency?: string;
                country?: string;
                is_active?: boolean;
                ordering?: "id" | "-id" | "symbol" | "-symbol" | "name" | "-name" | "asset_type" | "-asset_type" | "current_price" | "-current_price" | "market_cap" | "-market_cap";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetPage"];
                    "text/csv": string;
                };
            };
        };
    };
    create_asset: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssetInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
        };
    };
    create_assets: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkAssetsInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulk"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulk"];
                };
            };
        };
    };
    search_assets: {
        parameters: {
            query: {
                q: string;
                asset_type?: "STOCK" | "ETF" | "MUTUAL_FUND" | "BOND" | "CRYPTO" | "COMMODITY" | "CURRENCY" | "INDEX" | "REAL_ESTATE" | "CASH" | "OTHER";
                exchange?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResults"];
                };
            };
        };
    };
    get_asset: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
        };
    };
    replace_asset: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssetInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
        };
    };
    retire_asset: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_asset: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssetPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
        };
    };
    get_asset_metrics: {
        parameters: {
            query?: {
                start_date?: string;
                end_date?: string;
                benchmark?: string;
                risk_free_rate?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metrics"];
                };
            };
        };
    };
    list_price_history: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                start_date?: string;
                end_date?: string;
                ordering?: "date" | "-date";
                interval?: "daily" | "weekly" | "monthly";
            };
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PricePage"];
                    "text/csv": string;
                };
            };
        };
    };
    import_prices: {
        parameters: {
            query?: {
                encoding?: "utf-8" | "utf-16" | "windows-1252" | "windows-1250" | "iso-8859-1" | "iso-8859-15" | "macintosh";
                delimiter?: "," | ";" | "|" | "\t" | "tab" | "comma" | "semicolon";
                decimal?: "." | ",";
                date_format?: string;
                skip_lines?: number;
                columns?: string;
                basis?: "as_traded" | "split_adjusted";
                currency?: string;
                dry_run?: boolean;
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PricesInput"];
                "text/csv": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetsImported"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulk"];
                };
            };
        };
    };
    refresh_data: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
        };
    };
    list_splits: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                ordering?: "date" | "-date";
            };
            header?: never;
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SplitPage"];
                    "text/csv": string;
                };
            };
        };
    };
    add_split: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SplitInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Split"];
                };
            };
        };
    };
    delete_split: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: number;
                split_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_technical_indicators: {
        parameters: {
            query?: {
                start_date?: string;
                end_date?: string;
                indicators?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Indicators"];
                };
            };
        };
    };
    update_price: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                asset_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPriceInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
        };
    };
    obtain_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialsInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
        };
    };
    list_data_sources: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataSources"];
                };
            };
        };
    };
    search_data_source: {
        parameters: {
            query: {
                q: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Matches"];
                };
            };
        };
    };
    show_docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    show_events: {
        parameters: {
            query?: {
                format?: "json" | "yaml";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_exchange_rate: {
        parameters: {
            query: {
                from: string;
                to: string;
                date?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rate"];
                };
            };
        };
    };
    show_health: {
        parameters: {
            query?: {
                strict?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                search?: string;
                status?: "queued" | "running" | "done" | "failed";
                ordering?: "created" | "-created" | "started" | "-started" | "finished" | "-finished" | "kind" | "-kind" | "status" | "-status";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                    "text/csv": string;
                };
            };
        };
    };
    get_job: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    cancel_job: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_snapshots: {
        parameters: {
            query?: {
                start_date?: string;
                end_date?: string;
                page?: number;
                page_size?: number;
                portfolio_id?: number;
                ordering?: "date" | "-date" | "portfolio" | "-portfolio" | "total_value" | "-total_value";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotPage"];
                    "text/csv": string;
                };
            };
        };
    };
    get_snapshot: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                snapshot_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Snapshot"];
                };
            };
        };
    };
    list_portfolios: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                search?: string;
                is_active?: boolean;
                ordering?: "id" | "-id" | "name" | "-name" | "created" | "-created" | "modified" | "-modified";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortfolioPage"];
                    "text/csv": string;
                };
            };
        };
    };
    create_portfolio: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortfolioInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Portfolio"];
                };
            };
        };
    };
    get_portfolio: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Portfolio"];
                };
            };
        };
    };
    replace_portfolio: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortfolioInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Portfolio"];
                };
            };
        };
    };
    delete_portfolio: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_portfolio: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortfolioPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Portfolio"];
                };
            };
        };
    };
    get_allocation: {
        parameters: {
            query?: {
                group_by?: "asset_type" | "sector" | "currency" | "country" | "individual";
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortfolioAllocation"];
                };
            };
        };
    };
    get_historical_performance: {
        parameters: {
            query?: {
                start_date?: string;
                end_date?: string;
                interval?: "daily" | "weekly" | "monthly";
                benchmark?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Curve"];
                };
            };
        };
    };
    get_portfolio_metrics: {
        parameters: {
            query?: {
                start_date?: string;
                end_date?: string;
                benchmark?: string;
                risk_free_rate?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                portfolio_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metrics"];
                };
            };
        };
    };
    list_positions: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                search?: string;
                portfolio_id?: number;
                asset_id?: number;
                asset_type?: string;
                include_closed?: boolean;
                ordering?: "id" | "-id" | "symbol" | "-symbol" | "quantity" | "-quantity" | "first_purchase_date" | "-first_purchase_date";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionPage"];
                    "text/csv": string;
                };
            };
        };
    };
    open_position: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPositionInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Position"];
                };
            };
        };
    };
    get_position: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                position_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Position"];
                };
            };
        };
    };
    replace_position: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                position_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PositionInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Position"];
                };
            };
        };
    };
    delete_position: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                position_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_position: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                position_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PositionPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Position"];
                };
            };
        };
    };
    list_prices: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                start_date?: string;
                end_date?: string;
                ordering?: "date" | "-date";
                asset_id?: number;
                symbol?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PricePage"];
                    "text/csv": string;
                };
            };
        };
    };
    take_back_prices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                import_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_price: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                price_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Price"];
                };
            };
        };
    };
    delete_price: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                price_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    show_schema: {
        parameters: {
            query?: {
                format?: "json" | "yaml";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_service_tokens: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceTokenPage"];
                    "text/csv": string;
                };
            };
        };
    };
    create_service_token: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServiceTokenInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewServiceToken"];
                };
            };
        };
    };
    delete_service_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service_token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPage"];
                    "text/csv": string;
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
        };
    };
    delete_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_transactions: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                search?: string;
                portfolio_id?: number;
                asset_id?: number;
                symbol?: string;
                transaction_type?: "BUY" | "SELL" | "DIVIDEND" | "INTEREST" | "FEE" | "FEE_REFUND" | "TAX" | "TAX_REFUND" | "DEPOSIT" | "WITHDRAWAL" | "SPLIT" | "TRANSFER_IN" | "TRANSFER_OUT" | "ADJUSTMENT";
                import_id?: number;
                start_date?: string;
                end_date?: string;
                ordering?: "id" | "-id" | "date" | "-date" | "created" | "-created" | "symbol" | "-symbol" | "transaction_type" | "-transaction_type" | "quantity" | "-quantity" | "amount" | "-amount";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionPage"];
                    "text/csv": string;
                };
            };
        };
    };
    record_transaction: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransactionInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
        };
    };
    record_transactions: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkTransactionsInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulk"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bulk"];
                };
            };
        };
    };
    export_file: {
        parameters: {
            query: {
                portfolio_id: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    import_file: {
        parameters: {
            query: {
                encoding?: "utf-8" | "utf-16" | "windows-1252" | "windows-1250" | "iso-8859-1" | "iso-8859-15" | "macintosh";
                delimiter?: "," | ";" | "|" | "\t" | "tab" | "comma" | "semicolon";
                decimal?: "." | ",";
                date_format?: string;
                skip_lines?: number;
                columns?: string;
                portfolio_id: number;
                format?: "generic" | "ghostfolio" | "portfolio_performance" | "portfolio_performance_xml" | "interactive_brokers_xml" | "coinbase" | "degiro" | "degiro_account" | "interactive_brokers" | "parqet" | "revolut" | "schwab" | "trade_republic" | "trading_212" | "wealthfolio";
                dry_run?: boolean;
                create_missing?: boolean;
                mapping?: string;
                types?: string;
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "text/csv": string;
                "application/json": Record<string, never>;
                "application/xml": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortfolioImported"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
        };
    };
    list_formats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Formats"];
                };
            };
        };
    };
    take_back_import: {
        parameters: {
            query?: {
                delete_assets?: boolean;
            };
            header?: never;
            path: {
                import_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenBack"];
                };
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_transaction: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                transaction_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
        };
    };
    replace_transaction: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                transaction_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransactionInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
        };
    };
    delete_transaction: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                transaction_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_transaction: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                transaction_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransactionPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                search?: string;
                ordering?: "id" | "-id" | "username" | "-username" | "date_joined" | "-date_joined";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedUserPage"];
                    "text/csv": string;
                };
            };
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUserInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedUser"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    replace_me: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    change_me: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordInput"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedUser"];
                };
            };
        };
    };
    replace_user: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ManagedUserInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedUser"];
                };
            };
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_user: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ManagedUserPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ManagedUser"];
                };
            };
        };
    };
    list_webhooks: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                search?: string;
                is_active?: boolean;
                ordering?: "id" | "-id" | "url" | "-url";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPage"];
                    "text/csv": string;
                };
            };
        };
    };
    create_webhook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhook"];
                };
            };
        };
    };
    redeliver: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                delivery_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    get_webhook: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    replace_webhook: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_webhook: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                page?: number;
                page_size?: number;
                status?: "PENDING" | "DELIVERED" | "FAILED";
                event?: "transaction.created" | "transaction.updated" | "transaction.deleted" | "price.updated" | "price.alert" | "portfolio.value_changed" | "risk.threshold_breached" | "portfolio.snapshot_created" | "webhook.test";
            };
            header?: never;
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                    "text/csv": string;
                };
            };
        };
    };
    redeliver_since: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RedeliveryInput"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Redelivered"];
                };
            };
        };
    };
    rotate_secret: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhook"];
                };
            };
        };
    };
    send_test: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
}
